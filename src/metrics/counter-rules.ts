import type { VerdictFamily } from '../result/schema.ts'
import { apart, countedRequests, countedTokens } from './counted-work.ts'
import { roundTrip, serverTime } from './server-times.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { milliseconds, over, percent, type Rule } from './verdict-rule.ts'

const names = { ttft: 'time to first token', e2e: 'latency' } as const satisfies Partial<Record<VerdictFamily, string>>

/** The client's numbers beside those that the server has of itself. */
export const counterRules: readonly Rule[] = [
  ...(['prompt', 'output'] as const).map((which): Rule => ({
    id: `${which}_counter_parts`,
    family: 'throughput',
    describe: `${which} tokens by the growth of the server's counters against those of all answers, warm-up included, a failed request between none and all it asked for, one a request allowed: over 2 % apart suspect, over 10 % invalid`,
    judge(facts) {
      const { measured } = facts
      const found = countedTokens(measured, which)
      if (found === null) return null
      const slack = measured.recording.requests.length
      return over(
        limits.countedTokens,
        apart({ ...found, least: found.least - slack, most: found.most + slack }),
        (part) =>
          `the server's counters grew by ${found.counted} ${which} tokens, the answers account for ${rangeOf(found.least, found.most)}, ${part} apart: one of the two counts is wrong, or others used the server`,
      )
    },
  })),
  {
    id: 'others_used_the_server',
    family: 'workload',
    describe:
      'requests that the server counted beyond those sent, warm-up and second attempts included, or that were in it before the first of ours: any suspect, over 5 % invalid',
    judge(facts) {
      const { measured } = facts
      const found = countedRequests(measured)
      const { counters } = measured.facts
      const before = counters?.source == null ? null : counters.requests_before
      const more = found === null ? 0 : Math.max(0, found.counted - found.most)
      const beyond = over(
        limits.strangers,
        more / Math.max(1, found?.most ?? 1),
        () => `somebody else used the server: it counted ${found?.counted} requests, ${found?.most} were ours`,
      )
      if (beyond !== null || before === null || before === 0) return beyond
      const text = `somebody else used the server: ${before} ${before === 1 ? 'request was' : 'requests were'} in it before the first of ours`
      return { status: 'suspect', text }
    },
  },
  {
    id: 'preempted',
    family: 'workload',
    describe: 'requests that the server put aside for lack of cache memory, by its counter: any suspect',
    judge({ measured: { facts } }) {
      const count = facts.counters?.source == null ? null : facts.counters.counted.preemptions
      if (count === null || count === 0) return null
      const text = `the server put requests aside ${count} times for lack of cache memory and computed them again: it is overloaded at this load; use fewer clients, shorter lengths or more memory for its cache`
      return { status: 'suspect', text }
    },
  },
  ...(['ttft', 'e2e'] as const).flatMap((what) => [smallerThanServers(what), largerThanServers(what)]),
]

const rangeOf = (least: number, most: number) => (least === most ? String(least) : `${least} to ${most}`)

/** Both are durations, so that no clock of the one need agree with that of the other. */
function smallerThanServers(what: 'ttft' | 'e2e'): Rule {
  return {
    id: 'less_than_the_servers_own',
    family: what,
    describe: `mean ${names[what]} against the server's own for the same requests, warm-up included: smaller by over max(1 ms, 1 %) suspect, by over max(5 ms, 10 %) invalid`,
    judge({ measured }) {
      const { time } = serverTime(measured, what)
      if (time === null) return null
      const less = time.theirs - time.ours
      const beyond = (limit: { seconds: number; share: number }) =>
        less > Math.max(limit.seconds, limit.share * time.theirs)
      const { suspect, invalid } = limits.serverTimes.smaller
      const status = beyond(invalid) ? 'invalid' : beyond(suspect) ? 'suspect' : null
      if (status === null) return null
      const text = `the client's mean ${names[what]} is ${milliseconds(time.ours)}, the server's own is longer, ${milliseconds(time.theirs)} (${time.source}, ${time.requests} requests): one of the two clocks or counts is wrong`
      return { status, text }
    },
  }
}

function largerThanServers(what: 'ttft' | 'e2e'): Rule {
  return {
    id: 'more_than_the_transport',
    family: what,
    describe: `mean ${names[what]} against the server's own from arrival to answer, same requests: larger by over two round trips, what stamps may be off by (p99) and max(10 ms, 10 %) suspect`,
    judge({ measured, accuracy }) {
      const { time } = serverTime(measured, what)
      if (time === null || time.covers === 'work') return null
      const late = Math.max(accuracy.bound?.p99_s ?? 0, accuracy.in_situ?.p99_s ?? 0)
      const trip = roundTrip(measured) ?? 0
      const allowed =
        2 * trip + late + Math.max(limits.serverTimes.larger.seconds, limits.serverTimes.larger.share * time.theirs)
      const more = time.ours - time.theirs
      if (more <= allowed) return null
      const text = `the client's mean ${names[what]} is ${milliseconds(time.ours)}, the server's own ${milliseconds(time.theirs)} (${time.source}, ${time.requests} requests): ${milliseconds(more)} lie between, ${percent(more / time.ours)} of it, more than a way of ${milliseconds(trip)} and back explains; look at the server's front, a proxy, or a queue before it`
      return { status: 'suspect', text }
    },
  }
}
