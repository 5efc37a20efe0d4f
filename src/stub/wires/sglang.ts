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

export interface SglangOptions extends WireOptions {
  /** `--incremental-streaming-output`. */
  readonly incremental?: boolean
  readonly radixCache?: boolean
  readonly contextLength?: number
}

/** SGLang's own route: text and ids of all tokens so far in each event, counts in each, `[DONE]` at the end. */
export async function startSglangWire(options: SglangOptions = {}): Promise<Wire> {
  const { model = 'tiny', contextLength = 2048 } = options
  const counters = wireCounters(model, 'sglang')
  return await startWire(({ method, path, body }, response) => {
    if (path === '/metrics') return counters.send(response)
    const json = (value: unknown, status = 200) => sendJson(response, status, value)
    if (path === '/health') return void response.writeHead(200).end()
    if (path === '/v1/models') {
      return json({ object: 'list', data: [{ id: model, owned_by: 'sglang', max_model_len: contextLength }] })
    }
    if (path === '/server_info') return json({ version: '0.5.23', disable_radix_cache: !(options.radixCache ?? false) })
    if (path === '/flush_cache') return json('Cache flushed.', 200)
    if (path !== '/generate' || method !== 'POST') return json({ detail: 'Not Found' }, 404)
    if (options.fault === 'busy') return json({ error: { message: 'The request queue is full.', code: 503 } }, 503)
    generate(record(body), options, response, counters)
  }, options.port)
}

function generate(
  body: Readonly<Record<string, unknown>>,
  options: SglangOptions,
  response: ServerResponse,
  counters: WireCounters,
): void {
  const sampling = record(body['sampling_params'])
  const asked = number(sampling['max_new_tokens'], 128)
  const forced = sampling['ignore_eos'] === true
  const count = forced ? asked : Math.min(asked, options.naturalTokens ?? asked)
  const finish = count < asked ? { type: 'stop', matched: 2 } : { type: 'length', length: count }
  const texts = tokenTexts(count)
  const promptTokens = options.promptTokens ?? 12
  if (options.fault === undefined) counters.count(promptTokens, count)
  const event = (sent: number, from: number, finishReason: unknown) => ({
    text: texts.slice(from, sent).join(''),
    output_ids: texts.slice(from, sent).map((_, index) => 900 + from + index),
    meta_info: {
      id: body['rid'],
      finish_reason: finishReason,
      prompt_tokens: promptTokens,
      queue_time: 0.0005,
      reasoning_tokens: 0,
      completion_tokens: sent,
      cached_tokens: 0,
      ...(finishReason !== null && { e2e_latency: 0.4, first_token_latency: 0.1, decode_throughput: 10.5 }),
    },
  })
  if (body['stream'] !== true) return sendJson(response, 200, event(count, 0, finish))

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const send = (value: unknown) => response.write(`data: ${JSON.stringify(value)}\n\n`)
  if (promptTokens + asked > (options.contextLength ?? 2048)) {
    send({ error: { message: 'The input is longer than the model allows.', type: 'invalid_request_error', code: 400 } })
    return void response.end('data: [DONE]\n\n')
  }
  const end = options.fault === undefined ? count : halfOf(count)
  for (let sent = 1; sent <= end; sent++) {
    const last = sent === count && options.fault === undefined
    send(event(sent, options.incremental ? sent - 1 : 0, last ? finish : null))
  }
  if (options.fault === 'cut') return cut(response)
  if (options.fault === 'error') send({ error: { message: 'the scheduler is gone', type: 'internal', code: 500 } })
  response.end('data: [DONE]\n\n')
}
