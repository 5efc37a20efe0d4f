import { expect, test } from 'vitest'
import { syntheticResult, type SyntheticPoint } from '../report/testing.ts'
import { plottedPoint } from './plotted-point.ts'
import { overRuns, runsLine } from './repeated-runs.ts'
import { defaultSettings } from './settings.ts'
import { throughputLatency } from './th-lat.ts'
import { lightTheme } from './theme.ts'

const point = (run: number, more: SyntheticPoint) => ({
  ...plottedPoint(syntheticResult({ clients: 4, ...more })),
  run,
})
const runs = [
  point(1, { requestsPerSecond: 10, latency: 1 }),
  point(2, { requestsPerSecond: 11, latency: 0.9, status: 'suspect' }),
  point(3, { requestsPerSecond: 12, latency: 0.8 }),
]
const other = point(1, { clients: 8, requestsPerSecond: 20, latency: 2 })

test('runs of a point are one point: means, intervals over the runs, the worst verdict', () => {
  const [merged, ...rest] = overRuns([...runs, other])
  expect(rest).toEqual([other])
  expect(merged).toMatchObject({ runs: 3, status: 'suspect', requestsPerSecond: 11 })
  expect(merged?.meanLatencySeconds).toBeCloseTo(0.9, 12)
  // t(2) = 4.303 standard errors of 1 / sqrt(3)
  expect(merged?.intervals.requestsPerSecond?.map((end) => end.toFixed(3))).toEqual(['8.516', '13.484'])
})

test('two files of one load that are no runs stay two', () => {
  expect(overRuns([runs[0]!, runs[0]!])).toHaveLength(2)
})

test('a run without a value leaves the point without one', () => {
  expect(overRuns([runs[0]!, point(2, { requestsPerSecond: null, latency: null })])[0]?.requestsPerSecond).toBe(null)
})

test('figures say what they do with runs', () => {
  const input = { points: [...runs, other], theme: lightTheme, looks: {} }
  const honest = JSON.stringify(throughputLatency.draw(input))
  expect(honest).toContain('1 of 2 points are means over several runs')
  expect(runsLine(input.points, 'each')).toEqual(['Points that were run several times are drawn once for each run.'])
  expect(runsLine([other], 'each')).toEqual([])
  const classic = throughputLatency.draw({ ...input, points: [other] }, { ...defaultSettings, look: 'classic' })
  expect(JSON.stringify(classic)).not.toContain('several times')
})
