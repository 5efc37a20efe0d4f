import type { ScalarMetric } from '../metric.ts'

export const preemptions = {
  id: 'preemptions',
  kind: 'scalar',
  name: 'Preemptions',
  unit: 'times',
  better: 'lower',
  family: 'workload',
  formula:
    "growth of the server's counter of requests that it put aside for lack of cache memory, warm-up included; null where it has none",
  needs: [],
  show: { unit: '', scale: 1, digits: 0 },
  of({ facts: { counters } }) {
    const value = counters?.source == null ? null : counters.counted.preemptions
    if (value === null) return { unit: 'times', value, note: 'the server does not count them' }
    return { unit: 'times', value }
  },
} as const satisfies ScalarMetric
