import type { Carried, Decoder, DecoderModule, FramedEvent } from '../backend.ts'
import { parseEvent } from '../families/event-json.ts'
import { count, isObject } from '../families/json.ts'

/**
 * Messages of MII as JSON. A stream brings a token in each message with the finish reason `none`, also where its text
 * is empty (half a character), and then one message without a token. After a preemption the server counts prompt
 * tokens and generated tokens anew, so the prompt's count is the first one told, and tokens are counted by message.
 */
class FastgenDecoder implements Decoder {
  #promptTokens: number | null = null
  #tokens = 0
  #lastTold = 0
  #restarts = 0

  decode({ data }: FramedEvent): Carried {
    const { response } = parseEvent(data)
    const answer: unknown = Array.isArray(response) ? response[0] : undefined
    if (Array.isArray(response) && response.length === 0) return { error: 'the server answered no prompt' }
    if (!isObject(answer)) throw new Error('a message without a list of answers')
    const { response: text, finish_reason: reason } = answer
    const told = count(answer['generated_tokens'])
    if (typeof text !== 'string' || typeof reason !== 'string' || told === null) {
      throw new Error('an answer without text, finish reason and count')
    }
    this.#promptTokens ??= count(answer['prompt_tokens'])
    if (reason === 'none') return this.#token(text, told)
    const whole = this.#tokens === 0
    const outputTokens = whole ? told : this.#tokens
    return {
      ...(text !== '' && { text }),
      ...(whole && { text, tokens: told }),
      finishReason: reason,
      usage: { promptTokens: this.#promptTokens, outputTokens, cachedTokens: null, reasoningTokens: null },
      ...(this.#restarts > 0 && { timings: JSON.stringify({ preemptions: this.#restarts }) }),
    }
  }

  #token(text: string, told: number): Carried {
    if (told <= this.#lastTold) this.#restarts++
    this.#lastTold = told
    this.#tokens++
    return { text, tokens: 1 }
  }
}

export const createDecoder: DecoderModule['createDecoder'] = () => new FastgenDecoder()
