import { startOpenAiStyleWire } from './openai-style.ts'
import type { Wire, WireOptions } from './wire-server.ts'

/** trtllm-serve: unknown keys refused with 400, a blank after the role event, a cut where others send an error. */
export async function startTrtllmWire(options: WireOptions = {}): Promise<Wire> {
  const { model = 'model' } = options
  return await startOpenAiStyleWire(
    {
      keys: { known: ['ignore_eos', 'min_tokens'], refusal: 400 },
      refusalBody: (key) => ({ error: `body.${key}: Extra inputs are not permitted` }),
      forcesLength: (body, asked) => body['ignore_eos'] === true || body['min_tokens'] === asked,
      done: true,
      usage: 'asked',
      runningUsage: false,
      finish: 'with-token',
      nulls: true,
      roleBlank: true,
      coalesced: false,
      errorFrame: null,
      busy: { status: 503, body: { error: 'the executor is gone' } },
      routes: {
        '/health': '',
        '/version': { version: '1.2.1' },
        '/v1/models': { object: 'list', data: [{ id: model, owned_by: 'tensorrt_llm' }] },
      },
    },
    options,
  )
}
