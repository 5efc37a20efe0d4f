import { UserError } from '../../errors.ts'
import type { Carried, ProbeResponse, Target } from '../backend.ts'
import { createDecoder } from './openai-decoder.ts'
import { serverSaid, statusFailure } from './openai-failure.ts'
import { openAiBody, type Dialect } from './openai-wire.ts'
import { sseEvents } from './sse-text.ts'

/** What a short generation showed. */
export interface Sample {
  readonly dialect: Dialect
  /** Token counts came, in the way of this route. */
  readonly usage: boolean
  readonly notes: readonly string[]
}

type Generate = (body: unknown) => Promise<ProbeResponse>
type OptionalKey = Exclude<keyof Dialect, 'lengthKey'>

const all: Dialect = {
  ignoreEos: true,
  minTokens: true,
  seed: true,
  streamUsage: true,
  continuousUsage: true,
  lengthKey: 'max_tokens',
}
const none: Dialect = {
  ignoreEos: false,
  minTokens: false,
  seed: false,
  streamUsage: false,
  continuousUsage: false,
  lengthKey: 'max_tokens',
}
/** Invites a short answer, so that a server that does not keep `ignore_eos` is likely to show it. */
const prompt = 'Answer with one word. What colour is a clear sky at noon?'
const askedTokens = 16

/**
 * Finds out which keys a server takes and keeps. First all at once; a server that refuses that is asked without any of
 * them, then with each. What was taken silently is compared with what came back.
 * `path` is the whole path, e.g. `/v1/completions`. Throws UserError when the server generates nothing.
 */
export async function sampleDialect(generate: Generate, target: Target, path: string, model: string): Promise<Sample> {
  const ask = async (dialect: Dialect, outputTokens: number) =>
    await generate(openAiBody({ model, prompt, messages: null, outputTokens }, target, dialect))

  let dialect = all
  let response = await ask(dialect, askedTokens)
  if (isRefused(response)) {
    dialect = await keyByKey(ask, target, path)
    response = await ask(dialect, askedTokens)
  }
  if (response.status !== 200) throw statusFailure(target, path, response)
  return judge(readReply(target, path, response), dialect, target)
}

function isRefused(response: ProbeResponse): boolean {
  return response.status === 400 || response.status === 422
}

async function keyByKey(
  ask: (dialect: Dialect, outputTokens: number) => Promise<ProbeResponse>,
  target: Target,
  path: string,
): Promise<Dialect> {
  const few = 2
  let dialect = none
  let plain = await ask(dialect, few)
  if (isRefused(plain) && /max_completion_tokens/.test(plain.text)) {
    dialect = { ...none, lengthKey: 'max_completion_tokens' }
    plain = await ask(dialect, few)
  }
  if (plain.status !== 200) throw statusFailure(target, path, plain)
  const streamKeys: readonly OptionalKey[] = target.stream ? ['streamUsage', 'continuousUsage'] : []
  for (const key of ['ignoreEos', 'minTokens', 'seed', ...streamKeys] as const) {
    if (key === 'continuousUsage' && !dialect.streamUsage) continue
    const more: Dialect = { ...dialect, [key]: true }
    if ((await ask(more, few)).status === 200) dialect = more
  }
  return dialect
}

interface Reply {
  /** Events that carry tokens. */
  readonly chunks: number
  /** Events with usage before the one that finishes. */
  readonly runningUsage: boolean
  readonly countedTokens: number | null
  readonly finishReason: string | null
}

function readReply(target: Target, path: string, response: ProbeResponse): Reply {
  const name = target.backendId
  const isDocument = /^\s*\{/.test(response.text)
  if (target.stream && isDocument) {
    throw new UserError(`${name}: ${path} sends one JSON document though a stream was asked for. Use --no-stream`)
  }
  const decoder = createDecoder({ route: target.route, stream: target.stream })
  const events = target.stream ? sseEvents(response.text) : [{ event: null, data: response.text }]
  let carried: readonly Carried[]
  try {
    carried = events.map((event) => decoder.decode(event))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new UserError(
      `${name}: what ${path} sends is not OpenAI's protocol (${reason}). Check --base-url and --endpoint`,
    )
  }
  const failed = carried.find((one) => one.error !== undefined)
  if (failed) throw new UserError(`${name}: the test request to ${path} failed under status 200: "${failed.error}"`)
  if (carried.length === 0) {
    throw new UserError(
      `${name}: ${path} answered 200 with no event at all${serverSaid(response)}. See the server's log`,
    )
  }
  const chunks = carried.filter(carriesToken)
  const summed = chunks.every((one) => one.tokens !== undefined)
    ? chunks.reduce((sum, one) => sum + (one.tokens ?? 0), 0)
    : null
  return {
    chunks: chunks.length,
    runningUsage: chunks.some((one) => one.usage !== undefined && one.finishReason === undefined),
    countedTokens: carried.findLast((one) => one.usage)?.usage?.outputTokens ?? summed,
    finishReason: carried.findLast((one) => one.finishReason !== undefined)?.finishReason ?? null,
  }
}

function carriesToken(one: Carried): boolean {
  if (one.tokens !== undefined) return one.tokens > 0
  return one.text !== undefined || one.reasoning !== undefined || one.toolCall !== undefined
}

function judge(reply: Reply, taken: Dialect, target: Target): Sample {
  const { countedTokens: counted, finishReason } = reply
  const usage = counted !== null
  const full = finishReason === 'length' && (counted === null || counted === askedTokens)
  const notes: string[] = []
  if (!taken.ignoreEos && !taken.minTokens) {
    notes.push('the server takes neither ignore_eos nor min_tokens: answers may be shorter than asked for')
  } else if (finishReason !== null && finishReason !== 'length') {
    notes.push(
      `the server took ${taken.ignoreEos ? 'ignore_eos' : 'min_tokens'} but ended early (${finishReason}, ${counted ?? 'unknown'} of ${askedTokens} tokens): answers may be shorter than asked for`,
    )
  }
  if (finishReason === 'length' && counted !== null && counted !== askedTokens) {
    notes.push(`asked for ${askedTokens} tokens the server gave ${counted} and called it the full length`)
  }
  if (finishReason === null) notes.push('no finish reason in the test answer: requests without one count as failed')
  if (!usage) notes.push('the server counts no tokens in this route: counts come from the tokenizer')
  if (target.stream && reply.chunks === 1 && (counted ?? askedTokens) > 1) {
    notes.push(
      'the whole answer came in one chunk though a stream was asked for: first-token and inter-token times say nothing',
    )
  }
  return {
    dialect: {
      ...taken,
      ignoreEos: taken.ignoreEos && full,
      minTokens: taken.minTokens && full,
      streamUsage: taken.streamUsage && target.stream && usage,
      continuousUsage: taken.continuousUsage && reply.runningUsage,
    },
    usage,
    notes,
  }
}
