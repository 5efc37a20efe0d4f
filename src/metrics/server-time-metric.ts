import { showMilliseconds, type ScalarMetric } from './metric.ts'
import { serverTime } from './server-times.ts'
import { milliseconds } from './verdict-rule.ts'

/** What the client's mean has beyond the mean that the server has of itself. */
export function serverTimeMetric<What extends 'ttft' | 'e2e'>(what: What, name: string) {
  return {
    id: `server_${what}_difference`,
    kind: 'scalar',
    name,
    unit: 's',
    better: null,
    family: what,
    formula: `mean ${what === 'ttft' ? 'ttft' : 'e2e_latency'} of all requests, warm-up included, - the server's own mean of the same: by the timings of its answers, else by the sums and counts of its counters; null where it tells neither, or counted other requests`,
    needs: what === 'ttft' ? ['stream'] : [],
    show: showMilliseconds,
    of(measured) {
      const found = serverTime(measured, what)
      if (found.time === null) return { unit: 's', value: null, note: found.why }
      const { ours, theirs, source, covers, requests } = found.time
      const queue = covers === 'work' ? ', without its queue' : ''
      const note = `${milliseconds(ours)} by the client, ${milliseconds(theirs)} by the server (${source}${queue}, ${requests} requests)`
      return { unit: 's', value: ours - theirs, note }
    },
  } as const satisfies ScalarMetric
}
