import type { ServerResponse } from 'node:http'
import {
  cut,
  halfOf,
  number,
  record,
  sendJson,
  startWire,
  tokenTexts,
  type Wire,
  type WireOptions,
} from './wire-server.ts'

/** Ollama: a JSON object a line, lengths that cannot be forced, the last line with counts and maybe with text. */
export async function startOllamaWire(options: WireOptions = {}): Promise<Wire> {
  const { model = 'llama3:latest' } = options
  const entry = {
    name: model,
    model,
    size: 4_661_224_676,
    digest: '365c0bd3c000',
    details: { quantization_level: 'Q4_0' },
  }
  let loaded = false
  return await startWire(({ method, path, body }, response) => {
    const json = (value: unknown, status = 200) => sendJson(response, status, value)
    if (path === '/') return void response.end('Ollama is running')
    if (path === '/api/version') return json({ version: '0.17.4' })
    if (path === '/api/tags') return json({ models: [entry] })
    if (path === '/api/ps') return json({ models: loaded ? [{ ...entry, context_length: 4096 }] : [] })
    if ((path !== '/api/generate' && path !== '/api/chat') || method !== 'POST') {
      return void response.writeHead(404).end('404 page not found')
    }
    const asked = record(body)
    if (asked['model'] !== model) return json({ error: `model '${String(asked['model'])}' not found` }, 404)
    if (options.fault === 'busy')
      return json({ error: 'server busy, please try again.  maximum pending requests exceeded' }, 503)
    loaded = true
    generate(asked, path === '/api/chat', options, response)
  }, options.port)
}

function generate(
  body: Readonly<Record<string, unknown>>,
  chat: boolean,
  options: WireOptions,
  response: ServerResponse,
): void {
  const asked = number(record(body['options'])['num_predict'], 128)
  const count = Math.min(asked, options.naturalTokens ?? asked)
  const texts = tokenTexts(count)
  const line = (text: string, done: boolean) => ({
    model: body['model'],
    created_at: '2026-11-22T00:00:00.000000000Z',
    ...(chat ? { message: { role: 'assistant', content: text } } : { response: text }),
    done,
  })
  const end = {
    done_reason: count < asked ? 'stop' : 'length',
    total_duration: 4_883_583_458,
    load_duration: 1_334_875,
    prompt_eval_count: options.promptTokens ?? 26,
    prompt_eval_duration: 342_546_000,
    eval_count: count,
    eval_duration: 4_535_599_000,
  }
  if (body['stream'] === false) return sendJson(response, 200, { ...line(texts.join(''), true), ...end })

  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  const send = (value: unknown) => response.write(`${JSON.stringify(value)}\n`)
  const until = options.fault === undefined ? count - 1 : halfOf(count)
  for (const text of texts.slice(0, until)) send(line(text, false))
  if (options.fault === 'cut') return cut(response)
  if (options.fault === 'error') send({ error: 'an error was encountered while running the model' })
  if (options.fault === undefined) send({ ...line(texts.at(-1) ?? '', true), ...end })
  response.end()
}
