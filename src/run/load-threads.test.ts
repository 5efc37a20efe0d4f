import { expect, test } from 'vitest'
import type { ClosedLoop, OpenLoop } from '../load/plan.ts'
import { loadThreads } from './load-threads.ts'

const warmup = { rounds: 0, maxRounds: 0, agreement: 0 }
const closed = (clients: number): ClosedLoop => ({ kind: 'closedLoop', clients, staggerSeconds: 0, warmup })
const open = (peakRate: number, requests: number, maxConcurrency: number | null = null): OpenLoop => ({
  kind: 'openLoop',
  seconds: new Float64Array(requests),
  stage: new Int32Array(requests),
  peakRate,
  steadyFrom: 0,
  cap: maxConcurrency === null ? null : { maxConcurrency, onCap: 'queue' },
  spin: false,
  warmup,
  warmupClients: 1,
})
const remote = { cores: 16, shared: false }

test.each([
  ['few clients need one', closed(512), remote, 1],
  ['many are spread', closed(1024), remote, 2],
  ['a local server keeps most of the cores', closed(4096), { cores: 32, shared: true }, 8],
  ['one core is left to the rest', closed(2048), { cores: 4, shared: false }, 3],
  ['no loop has 1,000 streams, whatever the cores', closed(2048), { cores: 2, shared: true }, 3],
  ['an open loop by what may be in flight', open(300, 10_000), remote, 3],
  ['a cap limits that', open(300, 10_000, 100), remote, 1],
  ['so does the number of requests', open(3000, 100), remote, 1],
] as const)('%s', (_, scenario, machine, expected) => {
  expect(loadThreads('auto', scenario, machine)).toBe(expected)
})

test.each([
  ['is taken', 3, 8, 3],
  ['has a client for each thread', 8, 3, 3],
] as const)('a number that is given %s', (_, asked, clients, expected) => {
  expect(loadThreads(asked, closed(clients), remote)).toBe(expected)
})
