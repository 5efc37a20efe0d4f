import { expect, test } from 'vitest'
import type { AccuracyBlock } from '../../result/schema.ts'
import { syntheticResult } from '../testing.ts'
import { accuracySection } from './accuracy-section.ts'

const errors = { count: 2400, p50_s: 2e-5, p99_s: 1.5e-4, p999_s: null, p99_difference_s: 1e-4 }
const accuracy: AccuracyBlock = {
  in_situ: { p50_s: 3e-5, p99_s: 2.5e-4, max_s: 1e-3, events: 500 },
  bound: { p50_s: 1e-5, p99_s: 4e-5, max_s: 1e-3, polls: 900 },
  floor: {
    shape: {
      streams: 8,
      requests: 8,
      chunks: 2400,
      stream: true,
      ttft_s: 0.05,
      gap_s: 0.02,
      tokens_per_chunk: 1,
      chunk_bytes: 200,
      request_bytes: 900,
      lock_step: false,
      tls: false,
    },
    arrival: errors,
    ttft: { ...errors, count: 8, p99_s: null },
    itl: null,
  },
  stated: {
    ttft: {
      p50: { low_s: 2e-5, high_s: 3e-4 },
      p90: { low_s: 0, high_s: 1 },
      p95: { low_s: 0, high_s: 1 },
      p99: { low_s: -1e-4, high_s: 0.0123 },
    },
  },
}

test('what a result says of its errors, in ms; what it does not say is a dash', () => {
  const result = syntheticResult({ clients: 8 })
  const stated = { ...result, servemark: { ...result.servemark, accuracy } }
  const cells = accuracySection([stated])!.text.match(/(?<=<td>)[^<]*/g)
  expect(cells).toEqual([
    '+0.02 to +0.3',
    '-0.1 to +12',
    '-',
    '-',
    '-',
    '0.03 / 0.25',
    '0.04',
    '0.02 / 0.15',
    '0.02 / -',
    '-',
  ])
})

test('results that say nothing have no such section', () => {
  expect(accuracySection([syntheticResult({ clients: 8 })])).toBeNull()
})
