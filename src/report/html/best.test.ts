import { describe, expect, test } from 'vitest'
import type { DistributionBlock } from '../../result/schema.ts'
import { syntheticResult, type SyntheticPoint } from '../testing.ts'
import { compareSeries, judgementRuns, loadRange } from './best.ts'
import { arrange } from './series.ts'

interface Measured extends SyntheticPoint {
  /** Seconds. */
  readonly half: number
  readonly tokens?: number
}

/** A point whose TTFT p50 and mean latency are `half`, to 1 % either way. */
function point({ half, tokens = 60, ...rest }: Measured) {
  const interval = { low: half * 0.99, high: half * 1.01 }
  const block = (value: number): DistributionBlock => ({
    unit: 's',
    count: 100,
    mean: value,
    stddev: 0,
    min: value,
    p50: value,
    p90: value,
    p95: value,
    p99: value,
    max: value,
    intervals: { mean: interval, p50: interval, p90: interval, p95: interval, p99: interval },
  })
  return syntheticResult({
    ...rest,
    metrics: { ttft: block(half), e2e_latency: block(half), output_length: { ...block(tokens), unit: 'tokens' } },
  })
}

function compare(...points: readonly Measured[]) {
  const { placed, series } = arrange(points.map(point), () => null)
  const found = compareSeries(
    placed,
    series.map(({ name }) => name),
  )
  const judgements = (figure: string) =>
    found?.tables.find((table) => table.figure.name === figure)?.rows.map(({ judgement }) => judgement)
  return { found, judgements }
}

describe('which is best', () => {
  test('one that is surely better than each of the others', () => {
    const { judgements } = compare({ label: 'a', half: 0.3 }, { label: 'b', half: 0.2 }, { label: 'c', half: 0.4 })
    expect(judgements('ttft.p50')).toEqual([{ kind: 'best', series: 1 }])
  })
  test('none where the intervals do not part them', () => {
    const { judgements } = compare({ label: 'a', half: 0.2 }, { label: 'b', half: 0.201 }, { label: 'c', half: 0.4 })
    expect(judgements('ttft.p50')).toEqual([{ kind: 'tie', among: [0, 1] }])
  })
  test('an invalid point takes no part', () => {
    const { judgements } = compare({ label: 'a', half: 0.3 }, { label: 'b', half: 0.2, status: 'invalid' })
    expect(judgements('ttft.p50')).toEqual([{ kind: 'alone', series: 0 }])
  })
  test('nothing is said of one series, nor of series without a load in common', () => {
    expect(compare({ label: 'a', half: 0.3 }).found).toBeNull()
    expect(compare({ label: 'a', half: 0.3, clients: 1 }, { label: 'b', half: 0.2, clients: 2 }).found).toBeNull()
  })
})

describe('unequal work', () => {
  const sides = (tokens: number) => compare({ label: 'a', half: 0.3 }, { label: 'b', half: 0.2, tokens })
  test('over 2 % is said in words, and what depends on it is not compared', () => {
    const { found, judgements } = sides(58)
    expect(found?.unequal.map(({ text }) => text)).toEqual([
      'At 1 client the work was not equal: output tokens a request were 60.0 at a, 58.0 at b.',
    ])
    expect(judgements('e2e_latency.mean')).toEqual([{ kind: 'unequal' }])
    expect(judgements('ttft.p50')).toEqual([{ kind: 'best', series: 1 }])
  })
  test('within 2 % it is equal', () => {
    const { found, judgements } = sides(59.5)
    expect(found?.unequal).toEqual([])
    expect(judgements('e2e_latency.mean')).toEqual([{ kind: 'best', series: 1 }])
  })
})

test('loads with the same judgement are said together', () => {
  const at = (clients: number, a: number, b: number) => [
    { label: 'a', clients, half: a },
    { label: 'b', clients, half: b },
  ]
  const { found } = compare(...at(1, 0.1, 0.2), ...at(2, 0.1, 0.2), ...at(4, 0.1, 0.2), ...at(8, 0.3, 0.2))
  const table = found?.tables.find(({ figure }) => figure.name === 'ttft.p50')
  const said = table === undefined ? [] : judgementRuns(table)
  expect(said.map(({ loads }) => loadRange(loads, 4))).toEqual(['1 to 4 clients', '8 clients'])
  expect(
    loadRange(
      said.flatMap(({ loads }) => loads),
      4,
    ),
  ).toBe('every load')
})
