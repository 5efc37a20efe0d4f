import type { ProbeResponse, Target } from '../backend.ts'
import { createDecoder } from './openai-decoder.ts'
import { statusFailure } from './openai-failure.ts'
import type { OpenAiQuirks } from './openai-quirks.ts'
import { openAiBody, type Dialect } from './openai-wire.ts'
import { readSampledReply, type SampledReply } from './sampled-reply.ts'

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
 * Finds out which keys a server takes and keeps. First all at once, or those its kind is known to take; a server that refuses that is asked without any of
 * them, then with each. What was taken silently is compared with what came back.
 * `path` is the whole path, e.g. `/v1/completions`. Throws UserError when the server generates nothing.
 */
export async function sampleDialect(
  generate: Generate,
  target: Target,
  path: string,
  model: string,
  quirks: OpenAiQuirks = {},
): Promise<Sample> {
  const ask = async (dialect: Dialect, outputTokens: number) =>
    await generate(openAiBody({ model, prompt, messages: null, outputTokens }, target, dialect, quirks.shape))

  let dialect = quirks.dialect ?? all
  let response = await ask(dialect, askedTokens)
  if (isRefused(response)) {
    dialect = await keyByKey(ask, target, path)
    response = await ask(dialect, askedTokens)
  }
  if (response.status !== 200) throw statusFailure(target, path, response)
  const reply = readSampledReply(target, path, response, {
    decoder: createDecoder({ route: target.route, stream: target.stream }),
    framing: target.stream ? 'sse' : 'json',
    protocol: "OpenAI's protocol",
  })
  return judge(reply, dialect, target, quirks.forcesLength ?? false)
}

function forcedBy(taken: Dialect): string {
  if (taken.ignoreEos) return 'ignore_eos'
  return taken.minTokens ? 'min_tokens' : 'what forces the length'
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

function judge(reply: SampledReply, taken: Dialect, target: Target, isForced: boolean): Sample {
  const { countedTokens: counted, finishReason } = reply
  const usage = counted !== null
  const full = finishReason === 'length' && (counted === null || counted === askedTokens)
  const notes: string[] = []
  if (!taken.ignoreEos && !taken.minTokens && !isForced) {
    notes.push('the server takes neither ignore_eos nor min_tokens: answers may be shorter than asked for')
  } else if (finishReason !== null && finishReason !== 'length') {
    notes.push(
      `the server took ${forcedBy(taken)} but ended early (${finishReason}, ${counted ?? 'unknown'} of ${askedTokens} tokens): answers may be shorter than asked for`,
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
