import { classicLatency as formula } from '../classic/formulas.ts'
import { meanInterval } from '../intervals/order-statistics.ts'
import type { ScalarMetric } from '../metric.ts'

export const classicLatency = {
  id: 'classic.latency',
  kind: 'scalar',
  name: 'Query latency (classic)',
  unit: 's',
  better: 'lower',
  family: 'e2e',
  formula: 'mean(end - start)',
  needs: [],
  show: { unit: 's', scale: 1, digits: 3 },
  of: ({ classic, facts }) => ({
    unit: 's',
    ...formula(classic),
    ...(classic.length > 0 && {
      interval: meanInterval(
        classic.map(({ start, end }) => end - start),
        null,
        facts.clients ?? 1,
      ),
    }),
  }),
} as const satisfies ScalarMetric
