/**
 * The original's deadlines for one request: its prompt must have been read, and its tokens written, at given rates.
 * `gaps` are `token_gen_time`: seconds to the first chunk, then from each chunk to the next.
 */
export interface DeadlineRates {
  /** Prompt tokens/s */
  readonly prompt: number
  /** Output tokens/s */
  readonly generation: number
}

/**
 * How the generation rate is held against the gaps after the first chunk. `cum`: no token later than its place in an even
 * flow; `ema16`: the exponentially weighted mean gap (span 16) always below the flow's gap.
 */
export const deadlineMethods = {
  cum: meetsCumulative,
  ema16: (gaps: readonly number[], generation: number) => meetsMovingMean(gaps, generation, 16),
} as const
export type DeadlineMethod = keyof typeof deadlineMethods
export const deadlineMethodNames = Object.keys(deadlineMethods) as DeadlineMethod[]

/** Throws nothing: an answer without gaps (not streamed) is the caller's to refuse. */
export function meetsDeadline(
  method: DeadlineMethod,
  rates: DeadlineRates,
  promptTokens: number,
  gaps: readonly number[],
): boolean {
  if (!(promptTokens / rates.prompt >= (gaps[0] ?? 0))) return false
  return gaps.length === 1 || deadlineMethods[method](gaps.slice(1), rates.generation)
}

/** sum(gaps[0..i]) <= (i + 1) / generation for each i */
function meetsCumulative(gaps: readonly number[], generation: number): boolean {
  let passed = 0
  return gaps.every((gap, i) => {
    passed += gap
    return passed <= (1 / generation) * (i + 1)
  })
}

/** Every weighted mean of the gaps so far < 1 / generation, the weights of earlier gaps falling by 1 - 2 / (span + 1) a step. */
function meetsMovingMean(gaps: readonly number[], generation: number, span: number): boolean {
  const decay = 1 - 2 / (span + 1)
  let mean = gaps[0] ?? 0
  let weight = 0
  return gaps.every((gap) => {
    weight *= decay
    // Equal gaps keep their mean exactly: the limit is strict, and rounding must not decide.
    if (gap !== mean) mean = (weight * mean + gap) / (weight + 1)
    weight += 1
    return mean < 1 / generation
  })
}
