import type { ServerResponse } from 'node:http'
import {
  cut,
  halfOf,
  number,
  record,
  sendJson,
  startWire,
  tokenTexts,
  wireCounters,
  type Wire,
  type WireCounters,
  type WireOptions,
} from './wire-server.ts'

export interface LlamaServerOptions extends WireOptions {
  /** Context of one slot. */
  readonly contextLength?: number
  /** Each so many tokens share an event, as when a letter needs several. */
  readonly tokensPerEvent?: number
}

/** llama.cpp's route /completion: counts in each event, an event with `"stop":true` at the end, no `[DONE]`. */
export async function startLlamaServerWire(options: LlamaServerOptions = {}): Promise<Wire> {
  const { model = 'gemma-270m', contextLength = 2048 } = options
  const counters = wireCounters(model, 'llama-server')
  return await startWire(({ method, path, body }, response) => {
    if (path === '/metrics') return counters.send(response)
    const json = (value: unknown, status = 200) => sendJson(response, status, value, { server: 'llama.cpp' })
    if (path === '/health') return json({ status: 'ok' })
    if (path === '/v1/models') return json({ object: 'list', data: [{ id: model, meta: { n_ctx_train: 32768 } }] })
    if (path === '/props') {
      return json({
        build_info: 'b10434-7e4c0a9',
        total_slots: 4,
        default_generation_settings: { n_ctx: contextLength },
        model_path: '/models/gemma.gguf',
      })
    }
    if (path === '/tokenize') return json({ tokens: [1, 2, 3] })
    if (path !== '/completion' || method !== 'POST') {
      return json({ error: { code: 404, message: 'File Not Found', type: 'not_found_error' } }, 404)
    }
    if (options.fault === 'busy') {
      return json({ error: { message: 'Loading model', type: 'unavailable_error', code: 503 } }, 503)
    }
    complete(record(body), options, response, counters)
  }, options.port)
}

function complete(
  body: Readonly<Record<string, unknown>>,
  options: LlamaServerOptions,
  response: ServerResponse,
  counters: WireCounters,
): void {
  const asked = number(body['n_predict'], 16)
  const forced = body['ignore_eos'] === true
  const natural = forced ? asked : Math.min(asked, options.naturalTokens ?? asked)
  const promptTokens = options.promptTokens ?? 6
  const contextLength = options.contextLength ?? 2048
  if (promptTokens >= contextLength) {
    const message = `request (${promptTokens} tokens) exceeds the available context size (${contextLength} tokens), try increasing it`
    return sendJson(response, 400, { error: { code: 400, message, type: 'exceed_context_size_error' } })
  }
  // A context that runs out ends the answer without a word.
  const count = Math.min(natural, contextLength - promptTokens)
  const texts = tokenTexts(count)
  if (options.fault === undefined) counters.count(promptTokens, count)
  const last = {
    index: 0,
    content: '',
    tokens: [],
    id_slot: 3,
    stop: true,
    model: options.model ?? 'gemma-270m',
    tokens_predicted: count,
    tokens_evaluated: promptTokens,
    prompt: body['prompt'],
    stop_type: natural < asked ? 'eos' : 'limit',
    tokens_cached: promptTokens + count - 1,
    timings: { cache_n: 0, prompt_n: promptTokens, prompt_ms: 39.8, predicted_n: count, predicted_ms: 92.5 },
  }
  if (body['stream'] !== true) return sendJson(response, 200, { ...last, content: texts.join('') })

  response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no', server: 'llama.cpp' })
  const send = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`)
  const end = options.fault === undefined ? count : halfOf(count)
  const step = options.tokensPerEvent ?? 1
  for (let sent = 0; sent < end; sent += step) {
    const now = Math.min(sent + step, end)
    send({
      index: 0,
      content: texts.slice(sent, now).join(''),
      tokens: [500 + now],
      stop: false,
      id_slot: -1,
      tokens_predicted: now,
      tokens_evaluated: promptTokens,
    })
    if (sent === 0) response.write(':\n\n')
  }
  if (options.fault === 'cut') return cut(response)
  if (options.fault === 'error') send({ error: { code: 500, message: 'context shift failed', type: 'server_error' } })
  if (options.fault === undefined) send(last)
  response.end()
}
