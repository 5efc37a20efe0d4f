import type { Scenario } from '../load/plan.ts'

/** With so many streams a loop is still exact; with more, two share them where there are cores for both. */
const comfortable = 512
/** libuv serves nothing but sockets while 1,024 of them are ready: no loop may have so many. */
const most = 1000
/** Requests of an open loop are in flight for nobody knows how long: a guess, in seconds. */
const guessedLatency = 5

interface Machine {
  readonly cores: number
  /** The server is on it too. */
  readonly shared: boolean
}

/**
 * Threads of a point's load: those that were asked for, or by the streams that are in flight at once, as far as there are
 * cores. A server on this machine is left most of them. Never more than have something to do.
 */
export function loadThreads(asked: 'auto' | number, scenario: Scenario, { cores, shared }: Machine): number {
  const streams = Math.max(1, Math.ceil(streamsOf(scenario)))
  if (asked !== 'auto') return Math.min(asked, streams)
  const room = Math.max(1, shared ? Math.floor(cores / 4) : cores - 1)
  return Math.max(Math.ceil(streams / most), Math.min(Math.ceil(streams / comfortable), room))
}

function streamsOf(scenario: Scenario): number {
  if (scenario.kind === 'closedLoop') return scenario.clients
  const { cap, peakRate, seconds } = scenario
  return Math.min(cap?.maxConcurrency ?? Infinity, peakRate * guessedLatency, seconds.length)
}
