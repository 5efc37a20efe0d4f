import { cut, halfOf, number, record, startWire, tokenTexts, type Wire, type WireOptions } from './wire-server.ts'

export interface VllmLegacyOptions extends WireOptions {
  /** What ends each event: a zero byte until November 2024, then a line end. */
  readonly delimiter?: '\0' | '\n'
}

const knownKeys = new Set(['prompt', 'stream', 'n', 'max_tokens', 'ignore_eos', 'temperature', 'top_p', 'seed', 'stop'])

/** vLLM's first server: each event repeats the prompt and all text so far; no counts, no end mark, no content type. */
export async function startVllmLegacyWire(options: VllmLegacyOptions = {}): Promise<Wire> {
  return await startWire(({ method, path, body }, response) => {
    const text = (status: number, words: string) => {
      response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(words)
    }
    if (path === '/health') return void response.writeHead(200).end()
    if (path !== '/generate' || method !== 'POST') {
      return void response.writeHead(404, { 'content-type': 'application/json' }).end('{"detail":"Not Found"}')
    }
    const asked = record(body)
    const { prompt } = asked
    const isKnown = Object.keys(asked).every((key) => knownKeys.has(key))
    if (typeof prompt !== 'string' || !isKnown || options.fault === 'busy') return text(500, 'Internal Server Error')

    const most = number(asked['max_tokens'], 16)
    const count = asked['ignore_eos'] === true ? most : Math.min(most, options.naturalTokens ?? most)
    const texts = tokenTexts(count)
    if (asked['stream'] !== true) {
      response.writeHead(200, { 'content-type': 'application/json' })
      return void response.end(JSON.stringify({ text: [prompt + texts.join('')] }))
    }
    response.writeHead(200)
    const end = options.fault === undefined ? count : halfOf(count)
    for (let sent = 1; sent <= end; sent++) {
      const event = pythonJson(prompt + texts.slice(0, sent).join(''))
      response.write(`{"text": [${event}]}${options.delimiter ?? '\n'}`)
    }
    if (options.fault === undefined || options.fault === 'unfinished') response.end()
    else cut(response)
  }, options.port)
}

/** As Python's json module writes it: letters beyond ASCII escaped. */
function pythonJson(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u0080-\uFFFF]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
