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
 */
export function plannedLengths(point: LengthsPoint, warmupPerRound: number): PlannedLengths {
  const notes: string[] = []
  const max = Math.max(point.maxPromptTokens, 3 * point.promptTokens)
  if (max > point.maxPromptTokens) {
    notes.push(`longest prompt raised from ${point.maxPromptTokens} to ${max} tokens, 3 x the mean`)
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
    const all = pairs(classic.prompt, classic.output)
    const warmup = Array.from(
      { length: maxRounds * warmupPerRound },
      (_, index) => all[index % Math.max(drawn, 1)] as RequestLengths,
    )
    return { warmup, measure: all.slice(drawn), notes }
  }

  const stratified = (count: number, ...part: readonly (string | number)[]): RequestLengths[] =>
    pairs(
      stratifiedLengths(prompt, count, seededRandom('prompt lengths', seed, ...part)),
      stratifiedLengths(output, count, seededRandom('output lengths', seed, ...part)),
    )
  return {
    warmup: Array.from({ length: maxRounds }, (_, round) => stratified(warmupPerRound, 'warmup', round)).flat(),
    measure: stratified(point.requests, 'measure'),
    notes,
  }
}

const pairs = (promptTokens: readonly number[], outputTokens: readonly number[]): RequestLengths[] =>
  promptTokens.map((tokens, index) => ({ promptTokens: tokens, outputTokens: outputTokens[index] as number }))
