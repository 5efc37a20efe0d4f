import type { Carried, Decoder, DecoderOptions, FramedEvent, Repeats, Usage } from '../backend.ts'
import { count, firstObject, isObject, type Json } from './json.ts'
import { excerpt, parseEvent, type Filling } from './event-json.ts'
import { errorEventText, errorText } from './openai-error.ts'

/**
 * Reads what servers with OpenAI's completions and chat routes send, streamed (one event a call) or not (the whole
 * body as one event).
 *
 * - Of several choices only index 0 counts: a benchmark asks for one. Usage is then still the server's sum.
 * - Token counts of a chunk come from token ids, else from usage that runs along on every chunk. A single usage at the
 *   end says nothing about its own chunk.
 * - Throws on data that is not a JSON object, and on an unstreamed reply without choices.
 */
export function createDecoder(options: DecoderOptions): Decoder {
  return new OpenAiDecoder(options)
}

/** `total_tokens` is read by nobody, but it runs along. */
const countPaths = [
  ['usage', 'completion_tokens'],
  ['usage', 'total_tokens'],
] as const
/** `created` goes with the clock on some servers; our own stub tells with `sent_ns` when it sent an event. */
const unreadPaths = [['created'], ['sent_ns']] as const
const steadyPaths = [
  ['id'],
  ['model'],
  ['usage', 'prompt_tokens'],
  ['usage', 'prompt_tokens_details', 'cached_tokens'],
] as const
const textPaths = [
  ['choices', 0, 'text'],
  ['choices', 0, 'delta', 'content'],
] as const

class OpenAiDecoder implements Decoder, Repeats {
  readonly text = textPaths
  readonly counts = countPaths
  readonly steady = steadyPaths
  readonly unread = unreadPaths
  readonly #stream: boolean
  /** Tokens that the running usage has told so far. */
  #counted = 0
  /** A chunk came without usage, so that a later usage is a total and not a running count. */
  #uncounted = false
  /** The tokens of the last event were told by the running usage. */
  #running = false
  /** The last event had one choice: of several, the one whose text counts need not be the first. */
  #single = false
  #id: string | null = null
  #model: string | null = null

  constructor(options: DecoderOptions) {
    this.#stream = options.stream
  }

  get repeats(): Repeats {
    return this
  }

  again(before: Carried, [told = NaN]: Float64Array): Carried | null {
    if (!this.#single) return null
    if (before.usage === undefined) return before
    // Not told: the count is written as no whole number is, such as 5.0, and so is the same as before.
    const outputTokens = Number.isNaN(told) ? before.usage.outputTokens : told
    if (outputTokens === null) return before
    const usage = { ...before.usage, outputTokens }
    const tokens = this.#uncounted ? 0 : this.#grown(outputTokens)
    return this.#running ? { usage, tokens } : { ...before, usage }
  }

  decode(event: FramedEvent): Carried {
    const data = event.data.trim()
    if (data === '[DONE]') return { end: true }
    if (data === '') return {}
    if (event.event === 'error') return { error: errorEventText(data) }
    const payload = parseEvent(data)
    const error = errorText(payload)
    const carried: Filling = this.#names(payload)
    if (error !== null) {
      carried.error = error
      return carried
    }

    const choices = objectsOf(payload['choices'])
    if (!this.#stream && choices.length === 0) throw new Error(`reply without choices: ${excerpt(data)}`)
    this.#single = choices.length === 1
    const choice = choices.find((one) => (one['index'] ?? 0) === 0)
    if (choice === undefined && choices.length > 0) return carried

    const usage = readUsage(payload['usage'])
    if (usage) carried.usage = usage
    if (isObject(payload['timings'])) carried.timings = JSON.stringify(payload['timings'])
    if (choice) {
      readChoice(choice, carried)
      const tokens = this.#tokens(choice, usage, carried, choices.length)
      if (tokens !== null) carried.tokens = tokens
    }
    return carried
  }

  /** Id and model, when they are new. */
  #names(payload: Json): Filling {
    const names: Filling = {}
    const { id, model } = payload
    if (typeof id === 'string' && id !== '' && id !== this.#id) names.requestId = this.#id = id
    if (typeof model === 'string' && model !== '' && model !== this.#model) names.model = this.#model = model
    return names
  }

  #tokens(choice: Json, usage: Usage | null, carried: Carried, choices: number): number | null {
    const total = usage?.outputTokens ?? null
    let running: number | null = null
    if (total === null) {
      if (!isRoleOnly(carried)) this.#uncounted = true
    } else if (!this.#uncounted && choices === 1) {
      running = this.#grown(total)
    }
    const ids = choice['token_ids']
    this.#running = running !== null && !Array.isArray(ids)
    return Array.isArray(ids) ? ids.length : running
  }

  /** What the running usage has grown by. */
  #grown(total: number): number {
    const more = Math.max(0, total - this.#counted)
    this.#counted = Math.max(this.#counted, total)
    return more
  }
}

function objectsOf(list: unknown): readonly Json[] {
  if (!Array.isArray(list)) return []
  // Nearly always a single choice: nothing is copied for each event.
  return list.length === 1 && isObject(list[0]) ? list : list.filter(isObject)
}

function isRoleOnly(carried: Carried): boolean {
  return (
    carried.role === true &&
    carried.text === undefined &&
    carried.reasoning === undefined &&
    carried.toolCall === undefined &&
    carried.finishReason === undefined
  )
}

function readChoice(choice: Json, carried: Filling): void {
  const part = firstObject(choice['delta'], choice['message']) ?? choice
  if (typeof part['role'] === 'string') carried.role = true
  const text = textOf(choice['text']) + textOf(part['content']) + textOf(part['refusal'])
  if (text !== '') carried.text = text
  const reasoning = textOf(part['reasoning_content']) || textOf(part['reasoning'])
  if (reasoning !== '') carried.reasoning = reasoning
  const toolCall = toolCallText(part)
  if (toolCall !== '') carried.toolCall = toolCall
  const finish = choice['finish_reason']
  if (typeof finish === 'string' && finish !== '') carried.finishReason = finish
}

/** A string, or the text of a list of content parts. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content.map((part) => (isObject(part) ? textOf(part['text']) : textOf(part))).join('')
}

function toolCallText(part: Json): string {
  if (part['tool_calls'] === undefined && part['function_call'] === undefined) return ''
  const calls = Array.isArray(part['tool_calls']) ? part['tool_calls'] : []
  const functions = [...calls.map((call) => (isObject(call) ? call['function'] : null)), part['function_call']]
  return functions.map((one) => (isObject(one) ? textOf(one['name']) + textOf(one['arguments']) : '')).join('')
}

function readUsage(value: unknown): Usage | null {
  if (!isObject(value)) return null
  const prompt = firstObject(value['prompt_tokens_details'])
  const completion = firstObject(value['completion_tokens_details'])
  const usage: Usage = {
    promptTokens: count(value['prompt_tokens']),
    outputTokens: count(value['completion_tokens']),
    cachedTokens: count(prompt?.['cached_tokens']) ?? count(value['prompt_cache_hit_tokens']),
    reasoningTokens: count(completion?.['reasoning_tokens']) ?? count(value['reasoning_tokens']),
  }
  return usage.promptTokens === null && usage.outputTokens === null ? null : usage
}
