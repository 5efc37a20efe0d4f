import { expect, test } from 'vitest'
import { compareFigures, type Ours } from './vllm-bench.ts'

const names = ['ttft', 'tpot', 'itl', 'e2el'] as const
const throughputs = ['request_throughput', 'output_throughput', 'total_token_throughput'] as const

/** Everything that `vllm bench serve` tells, each figure at one value. */
function theirs(value: number): Record<string, unknown> {
  const times = names.flatMap((name) => ['mean', 'median', 'p99'].map((key) => [`${key}_${name}_ms`, value] as const))
  return Object.fromEntries([...times, ...throughputs.map((name) => [name, value] as const)])
}

/** Ours at 1 s and 1 a second, which `vllm bench serve` would have told as `byTheirs`. */
function ours(byTheirs: number): Ours {
  const distribution = { mean: 1, p50: 1, p99: 1 }
  const scalars = ['request_throughput', 'output_token_throughput', 'total_token_throughput']
  return {
    metrics: {
      ...Object.fromEntries(['ttft', 'tpot', 'itl', 'e2e_latency'].map((id) => [id, distribution])),
      ...Object.fromEntries(scalars.map((id) => [id, { value: 1 }])),
    },
    byTheirs: theirs(byTheirs),
  }
}

test('each figure with what lies in its definition and what in the measuring', () => {
  const text = compareFigures([ours(1000), ours(1000)], [theirs(1100), theirs(1100)])
  expect(text).toMatch(/^every figure agrees\n/)
  expect(text).toMatch(/^median_tpot_ms +1000 +1000 +1100 +\+0\.0 % +\+10\.0 % +25 %$/m)
  expect(text).toMatch(/^request_throughput +1\.000 +1000 +1100 +\+99900\.0 % +\+10\.0 % +25 %$/m)
  expect(text.split('\n').filter((line) => /^\w+: theirs /.test(line))).toHaveLength(3 + names.length)
})

test('what the runs among themselves do not explain is no agreement', () => {
  const close = () => compareFigures([ours(1000), ours(1000)], [theirs(1500), theirs(1500)])
  expect(close).toThrow(/^request_throughput, .* differ by more than the runs explain\n/)
  expect(() => compareFigures([ours(800), ours(1200)], [theirs(1300), theirs(1700)])).not.toThrow()
  expect(() => compareFigures([ours(500), ours(1500)], [theirs(1000), theirs(3000)])).toThrow('+100.0 %')
})

test('a figure that they do not have', () => {
  const { median_itl_ms: _, ...rest } = theirs(1000)
  expect(() => compareFigures([ours(1000)], [rest])).toThrow('median_itl_ms: one of the two does not have it')
})
