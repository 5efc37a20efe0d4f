import { describe, expect, test } from 'vitest'
import { compareResults } from '../metrics/comparison/compare.ts'
import { regressions } from '../metrics/comparison/regressions.ts'
import { simulatedResult, usualServer } from '../metrics/comparison/testing.ts'
import { comparisonLines, comparisonMarkdown, regressionLines } from './comparison-text.ts'
import { runLines } from './runs-text.ts'
import { syntheticResult } from './testing.ts'

const before = simulatedResult(usualServer, 1)
const after = simulatedResult({ ...usualServer, gap: 0.03 }, 2)
const comparison = compareResults([before], [after])

describe('in the terminal', () => {
  const lines = comparisonLines(comparison, 'results/before')
  test('a figure is one line: before, after, change with interval, verdict', () => {
    expect(lines.find((line) => line.includes('itl.p50'))).toMatch(
      /^ {4}itl\.p50 +(19|20)\.\d ms +-> (29|30)\.\d ms +\+\d\d\.\d % \(\+\d\d\.\d % to \+\d\d\.\d %\) +✗ worse$/,
    )
  })
  test('a figure that cannot be told says why', () => {
    expect(lines.find((line) => line.includes('ttft.p99'))).toMatch(/too few values bound it +\? cannot tell$/)
  })
  test('changes alone leave out the others', () => {
    const changes = comparisonLines(comparison, 'results/before', 'changes').join('\n')
    expect(changes).toContain('itl.p50')
    expect(changes).not.toContain('ttft.p99')
  })
  test('what the intervals rest on is said', () => {
    expect(lines.at(-1)).toContain('1 % between runs is assumed; --repeats 3')
  })
})

test('as Markdown: a table, changes first', () => {
  const [headline, , , , first] = comparisonMarkdown(comparison, 'results/before').split('\n')
  expect(headline).toMatch(/^\*\*Against results\/before: \d worse/)
  expect(first).toMatch(/^\| clients=4 \| .* \| ✗ worse \|$/)
})

describe('a regression', () => {
  test('is one line: point, figure, by how much, allowed', () => {
    const lines = regressionLines(comparison, regressions(comparison, 0.05, false), 0.05)
    expect(lines[0]).toMatch(/^✗ clients=4: itl\.p50 worse by \d+(\.\d)? %: \S+ ms -> \S+ ms .*; allowed 5 %$/)
  })
  test('nothing in common is one too', () => {
    const nothing = compareResults([], [after])
    expect(regressionLines(nothing, regressions(nothing, 0.05, false), 0.05)).toEqual([
      '✗ no point was measured on both sides: nothing could be compared',
    ])
  })
})

describe('several runs', () => {
  const run = (seconds: number, run: number) => {
    const result = syntheticResult({ ttft: seconds })
    const { point } = result.servemark
    const label = run === 1 ? point.label : `${point.label} run=${run}`
    return { ...result, servemark: { ...result.servemark, point: { ...point, run, label } } }
  }
  test('mean, spread and interval of each figure', () => {
    expect(runLines([run(0.1, 1), run(0.2, 2), run(0.3, 3)]).slice(0, 2)).toEqual([
      '  clients=1, 3 runs:',
      '    ttft.p50                 200 ms, spread 100 ms, 95 % 0 ms to 448 ms',
    ])
  })
  test('one run says nothing', () => {
    expect(runLines([run(0.1, 1)])).toEqual([])
  })
})
