import { expect, test } from 'vitest'
import { compareResults } from '../../metrics/comparison/compare.ts'
import type { DistributionBlock } from '../../result/schema.ts'
import { syntheticResult } from '../testing.ts'
import { comparisonSection } from './comparison-section.ts'

function measured(seconds: number) {
  const interval = { low: seconds * 0.995, high: seconds * 1.005 }
  const block: DistributionBlock = {
    unit: 's',
    count: 100,
    mean: seconds,
    stddev: 0,
    min: seconds,
    p50: seconds,
    p90: seconds,
    p95: seconds,
    p99: seconds,
    max: seconds,
    intervals: { mean: interval, p50: interval, p90: interval, p95: interval, p99: interval },
  }
  return syntheticResult({ metrics: { ttft: block } })
}

const section = (before: number, after: number) =>
  comparisonSection({
    before: 'results/<before>',
    after: 'this run',
    comparison: compareResults([measured(before)], [measured(after)]),
  })?.text ?? ''

test('what is worse stands open, with its change; what cannot be told is folded', () => {
  const [open = '', folded = ''] = section(0.2, 0.3).split('<details>')
  expect(open).toContain('✗ worse')
  expect(open).toMatch(/\+50\.0 %/)
  expect(open).not.toContain('? cannot tell')
  expect(folded).toContain('? cannot tell')
})

test('sides are named as given, escaped', () => {
  expect(section(0.2, 0.2)).toContain('What changed from results/&lt;before&gt; to this run')
})

test('nothing to compare with is no section', () => {
  expect(comparisonSection(null)).toBeNull()
})
