import { describe, expect, test } from 'vitest'
import { simulatedResult, usualServer } from '../metrics/comparison/testing.ts'
import { someConfiguration, somePoint } from '../result/testing.ts'
import { comparedPoints, type BaselineGate } from './baseline-gate.ts'
import { fallsBehind } from './falls-behind.ts'

const slower = { ...usualServer, ttft: usualServer.ttft * 1.3, gap: usualServer.gap * 1.3 }
const gate = (changes: Partial<BaselineGate> = {}): BaselineGate => ({
  results: [simulatedResult(usualServer, 1)],
  allowed: 0.05,
  points: 1,
  allowInvalid: false,
  ...changes,
})

describe('a point', () => {
  test('that is slower falls behind, with a line for each figure', () => {
    const lines = fallsBehind(gate(), [simulatedResult(slower, 2)])
    expect(lines).toContainEqual(expect.stringMatching(/^✗ .*itl\.p50 worse by (2\d|3\d).* %: .*; allowed 5 %$/))
  })
  test('that is not slower does not', () => {
    expect(fallsBehind(gate(), [simulatedResult(usualServer, 2)])).toEqual([])
  })
  test('that is slower by less than is allowed does not', () => {
    expect(fallsBehind(gate({ allowed: 0.5 }), [simulatedResult(slower, 2)])).toEqual([])
  })
  test('that the baseline has not does not', () => {
    expect(fallsBehind(gate(), [simulatedResult(slower, 2, { clients: 2, requests: 48 })])).toEqual([])
  })
  test('among many must be slower more clearly', () => {
    const little = { ...usualServer, ttft: usualServer.ttft * 1.11, gap: usualServer.gap * 1.11 }
    const found = (points: number) => fallsBehind(gate({ points }), [simulatedResult(little, 3)]).length
    expect(found(10_000)).toBeLessThan(found(1))
  })
})

test('the points of a run that the baseline has are counted, all runs of one as one', () => {
  const points = ['clients=4', 'clients=8', 'clients=4 run=2'].map((label) => ({ ...somePoint, label }))
  const configuration = { ...someConfiguration, points }
  const [result] = gate().results
  const results = ['clients=4', 'clients=4 run=2'].map((label) => ({
    ...result!,
    servemark: { ...result!.servemark, point: { ...result!.servemark.point, label } },
  }))
  expect(comparedPoints([configuration, configuration], results, () => true)).toBe(2)
  expect(comparedPoints([configuration], results, () => false)).toBe(0)
})
