import { classicThroughput as formula } from '../classic/formulas.ts'
import type { ScalarMetric } from '../metric.ts'

export const classicThroughput = {
  id: 'classic.throughput',
  kind: 'scalar',
  name: 'Query throughput (classic)',
  unit: 'queries/s',
  better: 'higher',
  family: 'throughput',
  formula: "clients / mean latency: Little's law, not a measured rate",
  needs: ['clients'],
  show: { unit: 'queries/s', scale: 1, digits: 3 },
  of: ({ classic, facts }) => ({ unit: 'queries/s', ...formula(classic, facts.clients ?? 0) }),
} as const satisfies ScalarMetric
