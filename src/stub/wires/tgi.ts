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

/** TGI: a token an event, errors under status 200 once a stream was asked for, no `[DONE]`. */
export async function startTgiWire(options: WireOptions = {}): Promise<Wire> {
  const { model = 'org/model' } = options
  const counters = wireCounters(model, 'tgi')
  return await startWire(({ method, path, body }, response) => {
    if (path === '/metrics') return counters.send(response)
    if (path === '/health') return void response.writeHead(200).end()
    if (path === '/info') {
      return sendJson(response, 200, {
        model_id: model,
        version: '3.3.6',
        max_input_tokens: 4000,
        max_total_tokens: 4096,
      })
    }
    if (!/^\/generate(_stream)?$/.test(path) || method !== 'POST') return void response.writeHead(404).end()
    generate(record(body), path === '/generate_stream', options, response, counters)
  }, options.port)
}

function generate(
  body: Readonly<Record<string, unknown>>,
  streamed: boolean,
  options: WireOptions,
  response: ServerResponse,
  counters: WireCounters,
): void {
  const parameters = record(body['parameters'])
  const invalid = complaint(parameters)
  if (streamed) response.writeHead(200, { 'content-type': 'text/event-stream' })
  const send = (value: unknown) => response.write(`data:${JSON.stringify(value)}\n\n`)
  const refuse = (status: number, error: string, type: string) => {
    if (!streamed) return sendJson(response, status, { error, error_type: type })
    send({ error, error_type: type })
    response.end()
  }
  if (invalid !== null) return refuse(422, `Input validation error: ${invalid}`, 'validation')
  if (options.fault === 'busy') return refuse(429, 'Model is overloaded', 'overloaded')

  const asked = number(parameters['max_new_tokens'], 100)
  const natural = Math.min(asked, options.naturalTokens ?? asked)
  const ended = natural < asked
  const texts = tokenTexts(natural)
  // The end-of-text token is streamed and counted, but is no text.
  const tokens = [...texts, ...(ended ? ['</s>'] : [])]
  if (options.fault === undefined) counters.count(options.promptTokens ?? 9, tokens.length)
  const details = {
    finish_reason: ended ? 'eos_token' : 'length',
    generated_tokens: tokens.length,
    seed: parameters['seed'] ?? null,
  }
  if (!streamed) {
    return sendJson(response, 200, { generated_text: texts.join(''), details: { ...details, prefill: [], tokens: [] } })
  }
  const end = options.fault === undefined ? tokens.length : halfOf(tokens.length)
  tokens.slice(0, end).forEach((text, index) => {
    const last = index === tokens.length - 1
    send({
      index: index + 1,
      token: { id: 300 + index, text, logprob: -0.5, special: text === '</s>' },
      generated_text: last ? texts.join('') : null,
      details: last ? { ...details, input_length: options.promptTokens ?? 9 } : null,
    })
    if (index === 0) response.write(':\n\n')
  })
  if (options.fault === 'cut') return cut(response)
  if (options.fault === 'error')
    send({ error: 'Request failed during generation: CUDA error', error_type: 'generation' })
  response.end()
}

function complaint(parameters: Readonly<Record<string, unknown>>): string | null {
  const { temperature, top_p: topP } = parameters
  if (temperature !== undefined && !(number(temperature, 0) > 0)) return '`temperature` must be strictly positive'
  if (topP !== undefined && !(number(topP, 0) > 0 && number(topP, 1) < 1)) return '`top_p` must be > 0.0 and < 1.0'
  return null
}
