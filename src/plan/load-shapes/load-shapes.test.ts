import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Backend } from '../../backends/backend.ts'
import { expandBench } from '../expand.ts'
import { parseFlags } from '../flags.ts'
import { constantRate, stages } from './schema.ts'
import { parseBench } from '../parse-bench.ts'
import type { Point, Stage } from '../types.ts'
import { loadKind } from './index.ts'
import { steadyFrom } from './open-loop.ts'
import { parseDuration, parseStages, stagesText } from './stages.ts'

const vllm = { id: 'vllm', dimensions: [], params: z.object({}) } as unknown as Backend

function points(line: string, input: object = {}): readonly Point[] {
  const flags = parseFlags(line === '' ? [] : line.split(' ')).bench
  const bench = parseBench('x.bench.ts', { backends: ['vllm'], promptTokens: 16, outputTokens: 4, ...input }, flags)
  return expandBench('x', bench, { vllm })[0]!.points
}
const names = (...given: Parameters<typeof points>) => points(...given).map((point) => point.label.slice(16))
const message = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('on the command line', () => {
  test('a point for each rate', () => {
    expect(names('--request-rate 1 2.5,4')).toEqual(['rate=1', 'rate=2.5', 'rate=4'])
  })
  test('a minute where neither time nor requests are given', () => {
    expect(points('--request-rate 4 --arrival constant')[0]?.requests).toBe(240)
  })
  test('a time', () => {
    expect(points('--request-rate 4 --arrival constant --duration 2m')[0]?.requests).toBe(480)
  })
  test('a number of requests', () => {
    expect(points('--request-rate 4 --requests 17')[0]?.requests).toBe(17)
  })
  test('stages are one point', () => {
    expect(names('--stages 10/s:30s,10..20/s:1m')).toEqual(['stages=10/s:30s,10..20/s:60s'])
  })
  test('poisson is the law unless a burstiness says gamma', () => {
    const lawOf = (line: string) => (points(line)[0]!.load as { arrival?: unknown }).arrival
    expect(lawOf('--request-rate 4')).toEqual({ kind: 'poisson' })
    expect(lawOf('--request-rate 4 --burstiness 0.5')).toEqual({ kind: 'gamma', burstiness: 0.5 })
  })
  test('a closed loop with a time plans its requests and drains within a limit', () => {
    const [point] = points('--clients 4 --duration 60s --drain-timeout 5')
    expect(point).toMatchObject({ requests: 240, load: { durationSeconds: 60 }, stop: { drainSeconds: 5 } })
  })
  test('a closed loop of so many requests waits for all of them', () => {
    expect(points('--clients 4')[0]?.stop.drainSeconds).toBeNull()
  })

  test.each([
    ['--request-rate 4 --clients 2', '--request-rate and --clients are two loads: give one'],
    ['--request-rate 4 --arrival gamma', 'arrival gamma needs a burstiness, e.g. 0.5'],
    ['--request-rate 4 --arrival constant --burstiness 2', 'burstiness 2 is for arrival gamma, not constant'],
    ['--clients 2 --max-concurrency 4', 'maxConcurrency is for an open loop: give requestRate or stages with it'],
    ['--request-rate 0', '--request-rate: 0 is not allowed; more than 0'],
    [
      '--stages 10:30',
      'options: --stages: "10:30" is no stage; write 10/s:30s, or 1..20/s:2m for a ramp, with commas between',
    ],
    ['--duration soon', 'options: --duration: "soon" is no time; write 90, 30s, 2m or 1h'],
  ])('%s is refused', (line, text) => {
    expect(message(() => points(line))).toBe(text)
  })
})

describe('in a bench file', () => {
  test('constantRate', () => {
    const load = constantRate({ rates: [1, 2], arrival: 'constant', duration: 10, maxConcurrency: 8, onCap: 'drop' })
    expect(points('', { load }).map((point) => point.requests)).toEqual([10, 20])
    expect(points('', { load })[0]?.load).toMatchObject({ cap: { maxConcurrency: 8, onCap: 'drop' } })
  })
  test('stages', () => {
    expect(names('', { load: stages('1/s:2s') })).toEqual(['stages=1/s:2s'])
  })
  test('the command line replaces its load, or a part of it', () => {
    const load = constantRate({ rates: 4, arrival: 'constant', duration: 10 })
    expect(names('--clients 3', { load })).toEqual(['clients=3'])
    expect(points('--duration 20', { load })[0]?.requests).toBe(80)
  })
  test('two loads are refused', () => {
    expect(message(() => points('', { clients: [1], requestRate: [2] }))).toBe(
      'x.bench.ts: requestRate and clients are two loads: give one',
    )
  })
})

test('names of files', () => {
  const files = [...points('--request-rate 4'), ...points('--stages 10/s:30s,1..2/s:1s')].map(
    ({ load }) => loadKind(load).words(load).file,
  )
  expect(files).toEqual(['rate4', 'stages10x30s_1..2x1s'])
})

test('what the name does not tell', () => {
  const [plain] = points('--request-rate 4')
  const [capped] = points('--request-rate 4 --arrival constant --max-concurrency 3')
  expect(loadKind(plain!.load).unnamed(plain!.load)).toEqual({})
  expect(loadKind(capped!.load).unnamed(capped!.load)).toEqual({
    arrival: { kind: 'constant' },
    cap: { maxConcurrency: 3, onCap: 'queue' },
  })
})

test('stages as text and back', () => {
  const list: Stage[] = [
    { startRate: 0.5, endRate: 0.5, seconds: 90 },
    { startRate: 1, endRate: 20, seconds: 0.5 },
  ]
  expect(parseStages(stagesText(list))).toEqual(list)
})

test.each([
  ['90', 90],
  ['1.5s', 1.5],
  ['500ms', 0.5],
  ['2m', 120],
  ['1h', 3600],
  ['1d', NaN],
  ['', NaN],
])('%s is a time', (text, seconds) => {
  expect(parseDuration(text)).toBe(seconds)
})

test.each([
  ['4/s:10s', 0],
  ['1..4/s:10s,4/s:30s', 10],
  ['4/s:10s,8/s:10s', null],
  ['1..4/s:10s', null],
])('the steady part of %s begins at %s', (text, seconds) => {
  expect(steadyFrom(parseStages(text))).toBe(seconds)
})
