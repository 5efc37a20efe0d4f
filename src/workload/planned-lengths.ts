import { UserError } from '../errors.ts'
import type { Point } from '../plan/types.ts'
import { classicLengths, stratifiedLengths, type LengthShape } from './lengths.ts'
import { seededRandom } from './seeded-random.ts'

/** Tokens that one request is to have. */
export interface RequestLengths {
  readonly promptTokens: number
  readonly outputTokens: number
}

export interface PlannedLengths {
  /** `maxRounds` rounds of `warmupPerRound` requests, round after round. */
  readonly warmup: readonly RequestLengths[]
  readonly measure: readonly RequestLengths[]
  readonly notes: readonly string[]
}

export type LengthsPoint = Pick<
  Point,
  | 'promptTokens'
  | 'outputTokens'
  | 'promptTokensVar'
  | 'outputTokensVar'
  | 'maxPromptTokens'
  | 'requests'
  | 'warmup'
  | 'prompts'
  | 'sampling'
>

/**
 * The lengths of a point's requests. They follow from its shape and seed alone, so that every backend and every repeat gets equal
 * work; no tokenizer is needed. Each warm-up round has the nominal mean too, so that rounds can be compared.
 * `maxTotalTokens`: most that the server takes as prompt and output together, null if it did not say; longer prompts are shortened
 * and a note says so.
 */
export function plannedLengths(
  point: LengthsPoint,
  warmupPerRound: number,
  maxTotalTokens: number | null = null,
): PlannedLengths {
  const notes: string[] = []
  const max = Math.max(point.maxPromptTokens, 3 * point.promptTokens)
  const noteRaise = (lengths: readonly number[]): void => {
    const longest = longestOf(lengths)
    if (longest > point.maxPromptTokens) {
      notes.push(
        `longest prompt raised from ${point.maxPromptTokens} to ${longest} tokens: up to 3 x the mean is allowed`,
      )
    }
  }
  const prompt: LengthShape = { mean: point.promptTokens, variation: point.promptTokensVar, max }
  const output: LengthShape = { mean: point.outputTokens, variation: point.outputTokensVar, max: null }
  const { seed } = point.sampling
  const { rounds, maxRounds } = point.warmup

  if (point.prompts === 'classic') {
    if (seed > 0xffffffff)
      throw new UserError(`seed: ${seed} is too large for --prompts classic; at most 4294967295`, 2)
    const drawn = rounds * warmupPerRound
    const classic = classicLengths(prompt, output, drawn + point.requests, seed)
    if (classic.raised > 0) notes.push(`${classic.raised} lengths below 1 were drawn and raised to 1`)
    const fitting = classic.prompt.map((tokens, index) =>
      Math.max(1, Math.min(tokens, (maxTotalTokens ?? Infinity) - (classic.output[index] as number))),
    )
    const all = pairs(fitting, classic.output)
    noteRaise(fitting)
    const shortened = fitting.filter((tokens, index) => tokens < (classic.prompt[index] as number)).length
    if (shortened > 0) notes.push(`${shortened} prompts shortened: the server takes ${maxTotalTokens} tokens in all`)
    const warmup = Array.from(
      { length: maxRounds * warmupPerRound },
      (_, index) => all[index % Math.max(drawn, 1)] as RequestLengths,
    )
    return { warmup, measure: all.slice(drawn), notes }
  }

  const outputs = (count: number, ...part: readonly (string | number)[]): number[] =>
    stratifiedLengths(output, count, seededRandom('output lengths', seed, ...part))
  const measuredOutputs = outputs(point.requests, 'measure')
  const warmupOutputs = Array.from({ length: maxRounds }, (_, round) => outputs(warmupPerRound, 'warmup', round))

  const room = (maxTotalTokens ?? Infinity) - longestOf([...measuredOutputs, ...warmupOutputs.flat()])
  if (room < point.promptTokens) {
    throw new UserError(
      `prompts of ${point.promptTokens} tokens with outputs of ${point.outputTokens} on average exceed ` +
        `the server's ${maxTotalTokens}. Lower --prompt-tokens or --output-tokens`,
      2,
    )
  }
  const prompts = (limit: number, count: number, ...part: readonly (string | number)[]): number[] =>
    stratifiedLengths({ ...prompt, max: limit }, count, seededRandom('prompt lengths', seed, ...part))
  const limit = Math.min(max, room)
  const measuredPrompts = prompts(limit, point.requests, 'measure')
  if (longestOf(prompts(max, point.requests, 'measure')) > room) {
    notes.push(`no prompt longer than ${room} tokens: the server takes ${maxTotalTokens} in all`)
  }
  noteRaise(measuredPrompts)
  return {
    warmup: warmupOutputs.flatMap((ofRound, round) => pairs(prompts(limit, warmupPerRound, 'warmup', round), ofRound)),
    measure: pairs(measuredPrompts, measuredOutputs),
    notes,
  }
}

const longestOf = (lengths: readonly number[]): number => lengths.reduce((most, tokens) => Math.max(most, tokens), 0)

const pairs = (promptTokens: readonly number[], outputTokens: readonly number[]): RequestLengths[] =>
  promptTokens.map((tokens, index) => ({ promptTokens: tokens, outputTokens: outputTokens[index] as number }))
