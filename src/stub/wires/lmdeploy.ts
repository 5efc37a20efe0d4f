import { startOpenAiStyleWire } from './openai-style.ts'
import type { Wire, WireOptions } from './wire-server.ts'

/** LMDeploy's api_server: keys without a value left out, an error frame and then `[DONE]`. */
export async function startLmdeployWire(options: WireOptions = {}): Promise<Wire> {
  const { model = 'org/model' } = options
  return await startOpenAiStyleWire(
    {
      keys: { known: [], refusal: null },
      forcesLength: (body) => body['ignore_eos'] === true,
      done: true,
      usage: 'asked',
      runningUsage: false,
      finish: 'with-token',
      nulls: false,
      roleBlank: false,
      coalesced: false,
      errorFrame: (message) => JSON.stringify({ object: 'error', message, code: 500 }),
      busy: {
        status: 503,
        body: { message: 'Server is busy', type: 'invalid_request_error', code: 503, object: 'error' },
      },
      routes: {
        '/health': '',
        '/v1/models': { object: 'list', data: [{ id: model, owned_by: 'lmdeploy' }] },
      },
    },
    options,
  )
}
