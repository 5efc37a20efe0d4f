import { startOpenAiStyleWire } from './openai-style.ts'
import { record, type Wire, type WireOptions } from './wire-server.ts'

/** transformers serve: unknown keys refused with 422, frames together, usage on the last one, no `[DONE]`. */
export async function startTransformersWire(options: WireOptions = {}): Promise<Wire> {
  return await startOpenAiStyleWire(
    {
      keys: { known: ['generation_config'], refusal: 422 },
      refusalBody: (key) => ({ detail: `Unexpected fields in the request: {'${key}'}` }),
      forcesLength: (body, asked) => minimum(body['generation_config']) === asked,
      done: false,
      usage: 'last',
      runningUsage: false,
      finish: 'after',
      nulls: false,
      roleBlank: false,
      coalesced: true,
      errorFrame: (message) => `{"error": "${message}"}`,
      busy: { status: 503, body: { detail: 'busy' } },
      routes: {
        '/health': { status: 'ok' },
        '/v1/models': { object: 'list', data: [{ id: 'another/model', owned_by: 'another' }] },
      },
    },
    options,
  )
}

/** `min_new_tokens` of a generation config, which comes as JSON in a string. */
function minimum(config: unknown): unknown {
  return typeof config === 'string' ? record(JSON.parse(config))['min_new_tokens'] : null
}
