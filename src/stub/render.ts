import type { Answer, Ask, StubEvent, Usage } from './reply.ts'
import { isToken } from './reply.ts'

/** What a chunk says of itself: its place among the request's events, and times on CLOCK_MONOTONIC as decimal text. */
export interface Stamp {
  readonly i: number
  readonly sent_ns: string
  readonly received_ns: string
}

/** Stands for the send time in text that is rendered ahead, so that the stamp can be taken right before the write. */
export const sentMark = '@sent@'

/** Digits of a monotonic time in ns on a machine that is up for hours to months. */
const sentDigits = 14
const emptyPad = ',"pad":""'

/** One event as SSE text, with its closing blank line, its data filled up to about `leastBytes`. */
export function renderEvent(event: StubEvent, ask: Ask, stamp: Stamp, newline: string, leastBytes = 0): string {
  const data = (text: string) => `data: ${text}${newline}${newline}`
  switch (event.kind) {
    case 'comment':
      return `: ${event.text}${newline}${newline}`
    case 'done':
      return data('[DONE]')
    case 'raw':
      return data(event.data)
    case 'error':
      return data(
        JSON.stringify({
          error: { message: event.message, type: 'InternalServerError', param: null, code: 500 },
          stub: stamp,
        }),
      )
    default: {
      const text = JSON.stringify({ ...chunkHead(ask), ...chunkBody(event, ask), stub: stamp })
      const missing = leastBytes - Buffer.byteLength(text) - sentDigits + sentMark.length - emptyPad.length
      return data(missing < 0 ? text : `${text.slice(0, -1)},"pad":"${'.'.repeat(missing)}"}`)
    }
  }
}

function chunkHead(ask: Ask) {
  const chat = ask.route === 'chat'
  return {
    id: `${chat ? 'chatcmpl' : 'cmpl'}-${ask.requestId}`,
    object: chat ? 'chat.completion.chunk' : 'text_completion',
    created: Math.floor(Date.now() / 1000),
    model: ask.model,
  }
}

type ChunkEvent = Exclude<StubEvent, { kind: 'comment' | 'done' | 'raw' | 'error' }>

function chunkBody(event: ChunkEvent, ask: Ask): object {
  if (event.kind === 'usage') return { choices: [], usage: renderUsage(event.usage) }
  const finishReason = event.kind === 'finish' ? event.reason : isToken(event) ? event.finishReason : null
  const part =
    ask.route === 'chat' ? { delta: delta(event, ask) } : { text: isToken(event) ? event.texts.join('') : '' }
  const choices = [{ index: 0, ...part, logprobs: null, finish_reason: finishReason }]
  if (isToken(event) && event.usage !== null) return { choices, usage: renderUsage(event.usage) }
  if (event.kind === 'role' && ask.continuousUsage) return { choices, usage: renderUsage(noOutput(ask)) }
  return { choices }
}

function noOutput(ask: Ask): Usage {
  return { promptTokens: ask.promptTokens, outputTokens: 0, reasoningTokens: 0, cachedTokens: null }
}

function delta(event: Exclude<ChunkEvent, { kind: 'usage' }>, ask: Ask): object {
  if (event.kind === 'role') return { role: 'assistant', content: '' }
  if (event.kind === 'finish') return {}
  if (event.kind === 'reasoning') return { reasoning_content: event.texts.join('') }
  if (event.kind === 'tool') return { tool_calls: [toolCall(event.texts, ask)] }
  return { content: event.texts.join('') }
}

function toolCall(texts: readonly string[], ask: Ask): object {
  return {
    index: 0,
    id: `call-${ask.requestId}`,
    type: 'function',
    function: { name: 'stub', arguments: texts.join('') },
  }
}

export function renderUsage(usage: Usage): object {
  return {
    prompt_tokens: usage.promptTokens,
    total_tokens: usage.promptTokens + usage.outputTokens,
    completion_tokens: usage.outputTokens,
    ...(usage.cachedTokens === null ? {} : { prompt_tokens_details: { cached_tokens: usage.cachedTokens } }),
    ...(usage.reasoningTokens === 0 ? {} : { completion_tokens_details: { reasoning_tokens: usage.reasoningTokens } }),
  }
}

/** The whole answer as one JSON body. */
export function renderBody(answer: Answer, ask: Ask, stamp: Stamp): string {
  const events = answer.frames.map(({ event }) => event)
  const tokens = events.filter(isToken)
  const textOf = (kind: string) => {
    const texts = tokens.filter((event) => event.kind === kind).flatMap((event) => event.texts)
    return texts.length === 0 ? null : texts
  }
  const reason = events.map((event) =>
    event.kind === 'finish' ? event.reason : isToken(event) ? event.finishReason : null,
  )
  const finish_reason = reason.findLast((value) => value !== null) ?? null
  const usage = events.find((event) => event.kind === 'usage')
  const chat = ask.route === 'chat'
  const tool = textOf('tool')
  const reasoning = textOf('reasoning')
  const part = chat
    ? {
        message: {
          role: 'assistant',
          content: textOf('text')?.join('') ?? null,
          ...(reasoning === null ? {} : { reasoning_content: reasoning.join('') }),
          ...(tool === null ? {} : { tool_calls: [toolCall(tool, ask)] }),
        },
      }
    : { text: textOf('text')?.join('') ?? '' }
  return JSON.stringify({
    ...chunkHead(ask),
    object: chat ? 'chat.completion' : 'text_completion',
    choices: [{ index: 0, ...part, logprobs: null, finish_reason }],
    ...(usage === undefined ? {} : { usage: renderUsage(usage.usage) }),
    stub: stamp,
  })
}
