import { describe, expect, test } from 'vitest'
import type { RequestSpec } from '../recording/testing.ts'
import type { Objectives } from './objectives.ts'
import { metricsOf } from './testing.ts'

/** Three requests in 4 s: quick, late to begin, and with one long gap. Prompts have 10 tokens. */
const requests: RequestSpec[] = [
  { sent: 0, chunks: [0.1, 0.2, 0.3, 0.4] },
  { sent: 1, chunks: [0.9, 1.0, 1.1, 1.2] },
  { sent: 3, chunks: [0.1, 0.2, 0.9, 1.0] },
]
const share = (objectives: Objectives, specs = requests) =>
  metricsOf(specs, { objectives }).scalar('goodput_share').value

describe('goodput', () => {
  test.each<[string, Objectives, number]>([
    ['ttft', { ttft: 0.5 }, 2 / 3],
    ['tpot: the mean gap of an answer', { tpot: 0.15 }, 2 / 3],
    ['itl: the longest gap of an answer', { itl: 0.5 }, 2 / 3],
    ['e2e', { e2e: 1.1 }, 2 / 3],
    ['all of several', { ttft: 0.5, itl: 0.5 }, 1 / 3],
    ['a limit exactly met', { ttft: 0.1, itl: 0.7000001 }, 2 / 3],
    ['cum: no token later than in an even flow', { cum: { prompt: 1, generation: 5 } }, 2 / 3],
    ['cum, with a prompt rate that one start misses', { cum: { prompt: 20, generation: 1 } }, 2 / 3],
    ['ema16: the moving mean gap under the limit', { ema16: { prompt: 1, generation: 1.5 } }, 1],
    ['ema16, faster', { ema16: { prompt: 1, generation: 3 } }, 2 / 3],
  ])('%s', (_, objectives, expected) => {
    expect(share(objectives)).toBeCloseTo(expected, 12)
  })

  test('is the rate of good requests over the span', () => {
    expect(metricsOf(requests, { objectives: { ttft: 0.5 } }).scalar('goodput').value).toBeCloseTo(2 / 4, 12)
  })
  test('counts a failed request among those that missed', () => {
    const failed: RequestSpec = { sent: 1, chunks: [0.1], columns: { outcome: 'truncated' } }
    expect(share({ ttft: 0.5 }, [...requests, failed])).toBeCloseTo(2 / 4, 12)
  })
  test('and one that was never sent', () => {
    const unsent: RequestSpec = { sent: null, columns: { outcome: 'not_sent' } }
    expect(share({ ttft: 0.5 }, [...requests, unsent])).toBeCloseTo(2 / 4, 12)
  })
  test('divides a gap by the tokens that it brought', () => {
    const doubled: RequestSpec = { sent: 0, chunks: [0.1, { at: 0.7, tokens: 2 }] }
    expect(share({ itl: 0.4 }, [doubled])).toBe(1)
    expect(share({ itl: 0.2 }, [doubled])).toBe(0)
  })
  test('lets an answer of one token pass TPOT, and says so', () => {
    const single: RequestSpec = { sent: 0, chunks: [0.1] }
    const { value, note } = metricsOf([single], { objectives: { tpot: 0.01 } }).scalar('goodput')
    expect(value).toBeGreaterThan(0)
    expect(note).toContain('one token, of which nothing is said: tpot 1')
  })
  test('tells what was missed by how many', () => {
    const { note } = metricsOf(requests, { objectives: { ttft: 0.5, e2e: 5 } }).scalar('goodput')
    expect(note).toBe('2 of 3 requests met ttft <= 0.5 s, e2e <= 5 s; missed: ttft 1')
  })
  test('is undefined without objectives, and of TTFT without streaming', () => {
    expect(metricsOf(requests).scalar('goodput')).toMatchObject({ value: null, note: 'no objectives are set' })
    expect(metricsOf(requests, { stream: false, objectives: { ttft: 1 } }).scalar('goodput').value).toBeNull()
  })
  test('of whole latency needs no stream', () => {
    expect(metricsOf(requests, { stream: false, objectives: { e2e: 1.1 } }).scalar('goodput_share').value).toBeCloseTo(
      2 / 3,
      12,
    )
  })
})
