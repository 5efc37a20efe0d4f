import { answeredAt } from '../recording/request-times.ts'
import type { Measured } from './measured.ts'
import { valuesWithin } from './series.ts'
import { mean, quantile, standardDeviation } from './statistics.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { milliseconds, over, percent, share, type Finding, type Rule } from './verdict-rule.ts'

/** Whether the load was the one that was planned, and the same from beginning to end. */
export const loadRules: readonly Rule[] = [
  {
    id: 'late_sends',
    family: 'workload',
    describe:
      'p99 of send time minus intended time, of requests that no cap held back: over max(1 ms, 5 % of the mean gap) suspect, over max(1 ms, 25 %) invalid',
    judge({ measured }) {
      const times = intendedTimes(measured)
      const [first, last] = [times[0], times.at(-1)]
      if (first === undefined || last === undefined) return null
      const late = valuesWithin(measured.recording, 'load.send_lateness', { start: first, end: last })
      const p99 = quantile(
        late.sort((a, b) => a - b),
        0.99,
      )
      if (p99 === null) return null
      const gap = times.length > 1 ? (last - first) / (times.length - 1) / 1e9 : 0
      const beyond = (limit: { seconds: number; share: number }) => p99 > Math.max(limit.seconds, limit.share * gap)
      const status = beyond(limits.lateSends.invalid) ? 'invalid' : beyond(limits.lateSends.suspect) ? 'suspect' : null
      if (status === null) return null
      const text = `requests were sent up to ${milliseconds(p99)} late (p99), with ${milliseconds(gap)} between them on average: the load generator did not keep up; use a bigger machine`
      return { status, text }
    },
  },
  {
    id: 'rate_not_reached',
    family: 'workload',
    describe: 'rate of sends against the planned one of an open loop: under 98 % suspect, under 90 % invalid',
    judge({ measured }) {
      const planned = rateOf(intendedTimes(measured))
      const sent = measured.rows.flatMap((row) => {
        const { intended, writeStart } = measured.recording.requests
        return intended[row] == null || writeStart[row] == null ? [] : [writeStart[row]]
      })
      if (planned === null) return null
      const reached = rateOf(sent.sort((a, b) => a - b)) ?? 0
      // Dropped requests leave their time empty.
      const rate = Math.min(reached, (planned * sent.length) / intendedTimes(measured).length)
      return over(
        limits.missingRate,
        1 - rate / planned,
        () =>
          `${rate.toPrecision(3)} requests/s were sent, ${planned.toPrecision(3)} were planned: a cap held them back or dropped them, or connections took too long`,
      )
    },
  },
  ...(['ttft', 'e2e'] as const).map((family): Rule => ({
    id: 'over_saturated',
    family,
    describe: 'an open loop that was ended because its server fell behind without bound: suspect',
    judge: ({ measured: { recording } }) =>
      recording.ending === 'saturated'
        ? {
            status: 'suspect',
            text: 'the server cannot keep up with this rate: its queue grew without bound, so latencies say how long was measured, not how fast it is; the point was ended early',
          }
        : null,
  })),
  {
    id: 'ended_by_failures',
    family: 'workload',
    describe: 'a point that was ended because too many requests had failed: invalid',
    judge: ({ measured: { recording } }) =>
      recording.ending === 'error_rate'
        ? { status: 'invalid', text: 'the point was ended early because too many requests had failed' }
        : null,
  },
  {
    id: 'drain_share',
    family: 'throughput',
    describe:
      'time after the first client found no request left, of the measured time: over 20 % suspect, over 50 % invalid',
    judge({ measured: { recording } }) {
      const { measureStart: start, firstIdle, measureEnd: end } = recording.moments
      if (start === null || firstIdle === null || end === null) return null
      return over(
        limits.drain,
        share(end - firstIdle, end - start),
        (part) =>
          `${part} of the time went by with less than the full load, waiting for the last answers: throughput is too low by that; ask for more --requests`,
      )
    },
  },
  notWarm('ttft', 'time to first token', ({ recording }, row) => recording.requests.firstToken[row] ?? null),
  notWarm('e2e', 'latency', ({ recording }, row) => answeredAt(recording.requests, row)),
]

/** Intended send times of the measured requests, ascending; empty in a closed loop. */
function intendedTimes({ recording, rows }: Measured): number[] {
  return rows.flatMap((row) => recording.requests.intended[row] ?? []).sort((a, b) => a - b)
}

/** Events a second from the first to the last; null below two. */
function rateOf(times: readonly number[]): number | null {
  const [first, last] = [times[0], times.at(-1)]
  if (first === undefined || last === undefined || last <= first) return null
  return ((times.length - 1) / (last - first)) * 1e9
}

function notWarm(family: 'ttft' | 'e2e', name: string, end: (measured: Measured, row: number) => number | null): Rule {
  return {
    id: 'not_warm',
    family,
    describe: `mean ${name} in the first half of the steady part against the second: over 10 % apart, and by more than chance, suspect`,
    judge(facts): Finding | null {
      const { measured } = facts
      const { window } = measured.steady
      if (window === null) return null
      const middle = (window.start + window.end) / 2
      const early: number[] = []
      const late: number[] = []
      for (const row of measured.ok) {
        const [sent, ended] = [measured.recording.requests.writeStart[row], end(measured, row)]
        if (sent == null || ended === null || sent < window.start || sent > window.end) continue
        ;(sent < middle ? early : late).push((ended - sent) / 1e9)
      }
      const [before, after] = [mean(early), mean(late)]
      if (before === null || after === null || Math.min(early.length, late.length) < limits.halves.requests) return null
      const apart = Math.abs(before - after)
      const error = Math.hypot(standardError(early), standardError(late))
      if (apart <= limits.halves.share * after || apart <= limits.halves.errors * error) return null
      return {
        status: 'suspect',
        text: `the mean ${name} was ${milliseconds(before)} in the first half and ${milliseconds(after)} in the second, ${percent(apart / after)} apart: the server was not warm, or its load still grew`,
      }
    },
  }
}

const standardError = (values: readonly number[]) => (standardDeviation(values) ?? 0) / Math.sqrt(values.length)
