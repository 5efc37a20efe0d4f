import { UserError } from '../../errors.ts'
import type { Carried, Decoder, FramedEvent, Framing, ProbeResponse, Target } from '../backend.ts'
import { serverSaid } from './openai-failure.ts'
import { sseEvents } from './sse-text.ts'

/** What the reply to a probe's test request carried. */
export interface SampledReply {
  /** Events that carry tokens. */
  readonly chunks: number
  /** Each of those tells how many. */
  readonly countedChunks: boolean
  /** Events with usage before the one that finishes. */
  readonly runningUsage: boolean
  readonly countedTokens: number | null
  readonly finishReason: string | null
  readonly ended: boolean
}

export interface ReplyReading {
  readonly decoder: Decoder
  readonly framing: Framing
  /** For messages, e.g. `OpenAI's protocol`. */
  readonly protocol: string
}

/** Reads a whole reply with status 200. Throws UserError when it is an error, or not the protocol's. */
export function readSampledReply(
  target: Target,
  path: string,
  response: ProbeResponse,
  { decoder, framing, protocol }: ReplyReading,
): SampledReply {
  const name = target.backendId
  if (framing === 'sse' && /^\s*[{["]/.test(response.text)) {
    throw new UserError(`${name}: ${path} sends one JSON document though a stream was asked for. Use --no-stream`)
  }
  let carried: readonly Carried[]
  try {
    carried = cut(response.text, framing).map((event) => decoder.decode(event))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(`${name}: what ${path} sends is not ${protocol} (${reason}). Check --base-url and --endpoint`)
  }
  const failed = carried.find((one) => one.error !== undefined)
  if (failed) throw new UserError(`${name}: the test request to ${path} failed under status 200: "${failed.error}"`)
  if (carried.length === 0) {
    throw new UserError(
      `${name}: ${path} answered 200 with no event at all${serverSaid(response)}. See the server's log`,
    )
  }
  const chunks = carried.filter(carriesToken)
  const countedChunks = chunks.length > 0 && chunks.every((one) => one.tokens !== undefined)
  const summed = countedChunks ? chunks.reduce((sum, one) => sum + (one.tokens ?? 0), 0) : null
  return {
    chunks: chunks.length,
    countedChunks,
    runningUsage: chunks.some((one) => one.usage !== undefined && one.finishReason === undefined),
    countedTokens: carried.findLast((one) => one.usage)?.usage?.outputTokens ?? summed,
    finishReason: carried.findLast((one) => one.finishReason !== undefined)?.finishReason ?? null,
    ended: carried.some((one) => one.end === true),
  }
}

function cut(text: string, framing: Framing): readonly FramedEvent[] {
  if (framing === 'sse') return sseEvents(text)
  if (framing === 'json') return text === '' ? [] : [{ event: null, data: text }]
  return text
    .split(framing === 'ndjson' ? '\n' : '\0')
    .filter((line) => line.trim() !== '')
    .map((data) => ({ event: null, data }))
}

function carriesToken(one: Carried): boolean {
  if (one.tokens !== undefined) return one.tokens > 0
  return one.text !== undefined || one.reasoning !== undefined || one.toolCall !== undefined
}
