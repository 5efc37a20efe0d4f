import type { FinishReason } from '../scheduler.ts'
import type { Route } from './request.ts'

export interface Usage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
}

export function usage(promptTokens: number, completionTokens: number): Usage {
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
  }
}

/** What all bodies of one answer have in common. */
export interface AnswerHead {
  readonly route: Route
  readonly id: string
  readonly model: string
  /** Unix seconds. */
  readonly created: number
}

/** Body of an answer that is not a stream. */
export function wholeAnswer(head: AnswerHead, text: string, finish: FinishReason, counts: Usage): object {
  const choice =
    head.route === 'chat'
      ? { index: 0, message: { role: 'assistant', content: text }, logprobs: null, finish_reason: finish }
      : { index: 0, text, logprobs: null, finish_reason: finish }
  return { ...heading(head, false), choices: [choice], usage: counts }
}

/** One token's event. `counts` is left out when the client did not ask for usage. */
export function tokenChunk(head: AnswerHead, text: string, finish: FinishReason | null, counts?: Usage | null): object {
  const choice =
    head.route === 'chat'
      ? { index: 0, delta: { content: text }, logprobs: null, finish_reason: finish }
      : { index: 0, text, logprobs: null, finish_reason: finish }
  return { ...heading(head, true), choices: [choice], ...(counts === undefined ? {} : { usage: counts }) }
}

/** The first event of a chat stream; it carries no token. */
export function roleChunk(head: AnswerHead, counts?: Usage | null): object {
  const choice = { index: 0, delta: { role: 'assistant', content: '' }, logprobs: null, finish_reason: null }
  return { ...heading(head, true), choices: [choice], ...(counts === undefined ? {} : { usage: counts }) }
}

/** The last event when usage was asked for. */
export function usageChunk(head: AnswerHead, counts: Usage): object {
  return { ...heading(head, true), choices: [], usage: counts }
}

function heading(head: AnswerHead, chunk: boolean): object {
  const object = head.route === 'chat' ? (chunk ? 'chat.completion.chunk' : 'chat.completion') : 'text_completion'
  return { id: head.id, object, created: head.created, model: head.model }
}
