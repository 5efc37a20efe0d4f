import type { ChunkName } from '../log.ts'
import { groupWrites } from '../player.ts'
import { isToken, tokensOf, type Answer, type Ask, type StubEvent } from '../reply.ts'

/** One answer in a message of MII. */
export interface MiiAnswer {
  readonly response: string
  readonly finish_reason: string
  readonly prompt_tokens: number
  readonly generated_tokens: number
}

/** A step of an answer: a message to write, bytes that are none, or the status that ends the call. */
export type Step =
  | {
      readonly kind: 'message'
      readonly answer: MiiAnswer
      readonly event: ChunkName
      readonly tokens: number
      readonly dueNs: number
    }
  | { readonly kind: 'garbage'; readonly data: string; readonly dueNs: number }
  | { readonly kind: 'failure'; readonly message: string; readonly dueNs: number }

/** A stream of MII: a message for each chunk of tokens, and one without tokens that says why it ended. */
export function streamSteps(answer: Answer, ask: Ask): readonly Step[] {
  let generated = 0
  return groupWrites(answer, ask.receivedNs).flatMap(({ dueNs, frames }) =>
    frames.flatMap(({ event }): Step[] => {
      const message = (response: string, finish_reason: string, tokens: number): Step => {
        generated += tokens
        const told = { response, finish_reason, prompt_tokens: ask.promptTokens, generated_tokens: generated }
        return { kind: 'message', answer: told, event: tokens > 0 ? 'text' : 'finish', tokens, dueNs }
      }
      if (isToken(event)) {
        const token = message(padded(event.texts.join(''), answer.eventBytes), 'none', tokensOf(event))
        return event.finishReason === null ? [token] : [token, message('', event.finishReason, 0)]
      }
      if (event.kind === 'finish') return [message('', event.reason, 0)]
      return others(event, dueNs)
    }),
  )
}

/** What a message holds beside its text, about. */
const frameBytes = 40

/** The text, longer where a message is to be of that size. */
const padded = (text: string, bytes: number): string => text.padEnd(bytes - frameBytes, '.')

/** The whole answer in one message, when the last token is there. */
export function wholeSteps(answer: Answer, ask: Ask): readonly Step[] {
  const steps = streamSteps(answer, ask)
  const ill = steps.find(({ kind }) => kind !== 'message')
  if (ill) return [ill]
  const messages = steps.filter((step) => step.kind === 'message')
  const last = messages.at(-1)
  if (last === undefined) return []
  const response = messages.map((step) => step.answer.response).join('')
  const tokens = messages.reduce((sum, step) => sum + step.tokens, 0)
  return [{ ...last, answer: { ...last.answer, response }, event: 'body', tokens }]
}

/** Events that this wire has no message for are left out. */
function others(event: Exclude<StubEvent, { kind: 'finish' }>, dueNs: number): Step[] {
  if (event.kind === 'error') return [{ kind: 'failure', message: event.message, dueNs }]
  return event.kind === 'raw' ? [{ kind: 'garbage', data: event.data, dueNs }] : []
}
