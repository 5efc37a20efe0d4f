import { describe, expect, test } from 'vitest'
import { plannedLengths, type LengthsPoint } from './planned-lengths.ts'

const point = (change: Partial<LengthsPoint> = {}): LengthsPoint => ({
  promptTokens: 1200,
  outputTokens: 60,
  promptTokensVar: 0.3,
  outputTokensVar: 0.3,
  maxPromptTokens: 4000,
  requests: 48,
  warmup: { rounds: 1, maxRounds: 4, agreement: 0.05 },
  prompts: 'salted',
  sampling: { temperature: 1, topP: 0.9, seed: 42 },
  ...change,
})
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length

describe('salted', () => {
  test('the measured part and each warm-up round have the nominal means', () => {
    const { warmup, measure } = plannedLengths(point(), 4)
    const rounds = [measure, ...[0, 1, 2, 3].map((round) => warmup.slice(4 * round, 4 * round + 4))]
    expect(warmup).toHaveLength(16)
    for (const round of rounds) {
      expect(mean(round.map((length) => length.promptTokens))).toBe(1200)
      expect(mean(round.map((length) => length.outputTokens))).toBe(60)
    }
  })

  test('prompt and output lengths are drawn apart: long prompts do not mean long outputs', () => {
    const { measure } = plannedLengths(point({ requests: 2000 }), 1)
    const covariance = mean(measure.map((l) => (l.promptTokens - 1200) * (l.outputTokens - 60)))
    expect(Math.abs(covariance / (360 * 18))).toBeLessThan(0.1)
  })

  test('the seed decides the order', () => {
    const other = point({ sampling: { temperature: 1, topP: 0.9, seed: 43 } })
    expect(plannedLengths(point(), 4)).toEqual(plannedLengths(point(), 4))
    expect(plannedLengths(other, 4).measure).not.toEqual(plannedLengths(point(), 4).measure)
  })

  test('a longest prompt below three means is raised, with a note', () => {
    const { measure, notes } = plannedLengths(point({ maxPromptTokens: 1300, requests: 500 }), 1)
    expect(notes).toEqual([
      expect.stringMatching(/^longest prompt raised from 1300 to \d+ tokens: up to 3 x the mean is allowed$/),
    ])
    expect(Math.max(...measure.map((length) => length.promptTokens))).toBeGreaterThan(1300)
  })

  test('limits that no prompt reaches are not noted', () => {
    expect(plannedLengths(point({ promptTokens: 128, maxPromptTokens: 300 }), 1, 512).notes).toEqual([])
  })

  test("a server's limit shortens prompts, keeps the mean, and is noted", () => {
    const { measure, notes } = plannedLengths(point({ requests: 500 }), 1, 1800)
    expect(Math.max(...measure.map((length) => length.promptTokens + length.outputTokens))).toBeLessThanOrEqual(1800)
    expect(mean(measure.map((length) => length.promptTokens))).toBe(1200)
    expect(notes).toEqual([expect.stringMatching(/^no prompt longer than \d+ tokens: the server takes 1800 in all$/)])
  })

  test('a mean beyond the limit of the server is an error', () => {
    expect(() => plannedLengths(point(), 1, 1024)).toThrow(
      /^prompts of 1200 tokens with outputs of 60 on average exceed the server's 1024\. Lower --prompt-tokens or --output-tokens$/,
    )
  })
})

describe('classic', () => {
  const classic = (change: Partial<LengthsPoint> = {}) =>
    point({ prompts: 'classic', promptTokens: 2600, maxPromptTokens: 7800, requests: 36, ...change })

  test('the warm-up takes the first draws, the measured part the rest', () => {
    const { warmup, measure } = plannedLengths(classic(), 1)
    expect(warmup[0]).toEqual({ promptTokens: 2987, outputTokens: 24 })
    expect(measure).toHaveLength(36)
    expect(measure[0]).toEqual({ promptTokens: 2492, outputTokens: 36 })
    expect(measure[1]).toEqual({ promptTokens: 3105, outputTokens: 63 })
  })

  test('further warm-up rounds do not move the measured draws', () => {
    const longer = classic({ warmup: { rounds: 1, maxRounds: 9, agreement: 0.05 } })
    expect(plannedLengths(longer, 1).measure).toEqual(plannedLengths(classic(), 1).measure)
    expect(plannedLengths(longer, 1).warmup).toHaveLength(9)
  })

  test("draws beyond a server's limit are shortened, with a note", () => {
    const { measure, notes } = plannedLengths(classic(), 1, 3000)
    expect(Math.max(...measure.map((length) => length.promptTokens + length.outputTokens))).toBe(3000)
    expect(notes).toEqual([expect.stringMatching(/^\d+ prompts shortened: the server takes 3000 tokens in all$/)])
  })

  test('a seed that numpy refuses is an error', () => {
    const large = classic({ sampling: { temperature: 1, topP: 0.9, seed: 2 ** 32 } })
    expect(() => plannedLengths(large, 1)).toThrow(/seed: 4294967296 is too large/)
  })
})
