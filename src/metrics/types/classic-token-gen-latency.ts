import { classicTokenGenLatency as formula } from '../classic/formulas.ts'
import type { ScalarMetric } from '../metric.ts'

export const classicTokenGenLatency = {
  id: 'classic.token_gen_latency',
  kind: 'scalar',
  name: 'Token generation latency (classic)',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula: 'mean of all token_gen_time[1:-1] of answers with more than 2 entries; 0 without streaming',
  needs: [],
  show: { unit: 's', scale: 1, digits: 3 },
  of: ({ classic }) => ({ unit: 's', ...formula(classic) }),
} as const satisfies ScalarMetric
