import type { ServerResponse } from 'node:http'
import type { CounterWords } from '../counter-words.ts'
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

/** What tells the servers with OpenAI's routes apart on the wire. */
export interface OpenAiStyle {
  /** Keys that are understood; others are refused with this status, or ignored where it is null. */
  readonly keys: { readonly known: readonly string[]; readonly refusal: 400 | 422 | null }
  /** How a request for an unknown key is refused. */
  readonly refusalBody?: (key: string) => unknown
  readonly forcesLength: (body: Readonly<Record<string, unknown>>, asked: number) => boolean
  readonly done: boolean
  /** `asked`: an event of its own, where include_usage was sent; `last`: with the finish reason, always. */
  readonly usage: 'asked' | 'last'
  /** Continuous usage is understood. */
  readonly runningUsage: boolean
  /** The finish reason comes with the last token, or in an event after it. */
  readonly finish: 'with-token' | 'after'
  /** Keys without a value are written as null. */
  readonly nulls: boolean
  /** Blanks after the JSON of the role event. */
  readonly roleBlank: boolean
  /** All events of a stream in one write. */
  readonly coalesced: boolean
  readonly errorFrame: ((message: string) => string) | null
  readonly busy: { readonly status: number; readonly body: unknown }
  /** Whose counters stand under /metrics; absent: it has none. */
  readonly counters?: CounterWords
  /** Other routes by path. */
  readonly routes: Readonly<Record<string, unknown>>
}

const commonKeys = [
  'model',
  'prompt',
  'messages',
  'max_tokens',
  'temperature',
  'top_p',
  'seed',
  'stream',
  'stream_options',
]

/** A server with OpenAI's completions and chat routes in the style given. */
export async function startOpenAiStyleWire(style: OpenAiStyle, options: WireOptions): Promise<Wire> {
  const counters = style.counters === undefined ? null : wireCounters(options.model ?? 'tiny', style.counters)
  return await startWire(({ method, path, body }, response) => {
    if (path === '/metrics' && counters !== null) return counters.send(response)
    const route = style.routes[path]
    if (route !== undefined) return sendJson(response, 200, route)
    const chat = path === '/v1/chat/completions'
    if ((path !== '/v1/completions' && !chat) || method !== 'POST') {
      return sendJson(response, 404, { detail: 'Not Found' })
    }
    const asked = record(body)
    const unknown = Object.keys(asked).find((key) => ![...commonKeys, ...style.keys.known].includes(key))
    if (unknown !== undefined && style.keys.refusal !== null) {
      return sendJson(response, style.keys.refusal, style.refusalBody?.(unknown) ?? { error: unknown })
    }
    if (options.fault === 'busy') return sendJson(response, style.busy.status, style.busy.body)
    answer(asked, chat, style, options, response, counters)
  }, options.port)
}

function answer(
  body: Readonly<Record<string, unknown>>,
  chat: boolean,
  style: OpenAiStyle,
  options: WireOptions,
  response: ServerResponse,
  counters: WireCounters | null,
): void {
  const asked = number(body['max_tokens'] ?? body['max_completion_tokens'], 16)
  const count = style.forcesLength(body, asked) ? asked : Math.min(asked, options.naturalTokens ?? asked)
  const finish = count < asked ? 'stop' : 'length'
  const texts = tokenTexts(count)
  const promptTokens = options.promptTokens ?? 11
  if (options.fault === undefined) counters?.count(promptTokens, count)
  const usageAt = (tokens: number) => ({
    prompt_tokens: promptTokens,
    total_tokens: promptTokens + tokens,
    completion_tokens: tokens,
  })
  const head = {
    id: 'cmpl-wire',
    object: chat ? 'chat.completion.chunk' : 'text_completion',
    created: 1,
    model: body['model'],
  }
  const part = (text: string) => (chat ? { delta: { content: text } } : { text })
  const choice = (inner: object, reason: string | null) => ({
    index: 0,
    ...inner,
    ...((reason !== null || style.nulls) && { finish_reason: reason }),
  })
  if (body['stream'] !== true) {
    const text = texts.join('')
    const whole = chat ? { message: { role: 'assistant', content: text } } : { text }
    return sendJson(response, 200, { ...head, choices: [choice(whole, finish)], usage: usageAt(count) })
  }

  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' })
  const streamOptions = record(body['stream_options'])
  const running = style.runningUsage && streamOptions['continuous_usage_stats'] === true
  const frames: string[] = []
  const send = (value: unknown, blank = '') => void frames.push(`data: ${JSON.stringify(value)}${blank}\n\n`)
  if (chat) send({ ...head, choices: [choice({ delta: { role: 'assistant' } }, null)] }, style.roleBlank ? ' ' : '')
  const end = options.fault === undefined ? count : halfOf(count)
  texts.slice(0, end).forEach((text, index) => {
    const reason = style.finish === 'with-token' && index === count - 1 ? finish : null
    send({ ...head, choices: [choice(part(text), reason)], ...(running && { usage: usageAt(index + 1) }) })
  })
  if (options.fault === undefined) {
    if (style.finish === 'after') {
      send({ ...head, choices: [choice(part(''), finish)], ...(style.usage === 'last' && { usage: usageAt(count) }) })
    }
    if (style.usage === 'asked' && streamOptions['include_usage'] === true) {
      send({ ...head, choices: [], usage: usageAt(count) })
    }
  }
  const cuts = options.fault === 'cut' || (options.fault === 'error' && style.errorFrame === null)
  if (options.fault === 'error' && style.errorFrame) frames.push(`data: ${style.errorFrame('engine is dead')}\n\n`)
  if (style.done && !cuts) frames.push('data: [DONE]\n\n')
  if (style.coalesced) response.write(frames.join(''))
  else for (const frame of frames) response.write(frame)
  if (cuts) cut(response)
  else response.end()
}
