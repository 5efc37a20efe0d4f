import { startOpenAiStyleWire } from './openai-style.ts'
import type { Wire, WireOptions } from './wire-server.ts'

/** vLLM of today: unknown keys ignored, running usage on request, an error frame and then `[DONE]`. */
export async function startVllmWire(options: WireOptions = {}): Promise<Wire> {
  const { model = 'tiny' } = options
  return await startOpenAiStyleWire(
    {
      keys: { known: [], refusal: null },
      forcesLength: (body, asked) => body['ignore_eos'] === true || body['min_tokens'] === asked,
      done: true,
      usage: 'asked',
      runningUsage: true,
      finish: 'with-token',
      nulls: true,
      roleBlank: false,
      coalesced: false,
      errorFrame: (message) =>
        `{"error": {"message": "${message}", "type": "InternalServerError", "param": null, "code": 500}}`,
      busy: { status: 503, body: { error: { message: 'Too many requests are waiting', code: 503 } } },
      counters: 'vllm',
      routes: {
        '/health': '',
        '/version': { version: '0.32.0' },
        '/v1/models': { object: 'list', data: [{ id: model, owned_by: 'vllm', max_model_len: 8192 }] },
        '/tokenize': { count: 3, max_model_len: 8192, tokens: [788, 656, 203], token_strs: null },
        '/reset_prefix_cache': { success: true },
      },
    },
    options,
  )
}
