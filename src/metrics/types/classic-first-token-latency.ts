import { classicFirstTokenLatency as formula } from '../classic/formulas.ts'
import type { ScalarMetric } from '../metric.ts'

export const classicFirstTokenLatency = {
  id: 'classic.first_token_latency',
  kind: 'scalar',
  name: 'First token latency (classic)',
  unit: 's',
  better: 'lower',
  family: 'ttft',
  formula: 'mean(token_gen_time[0]); 0 without streaming',
  needs: [],
  show: { unit: 's', scale: 1, digits: 3 },
  of: ({ classic }) => ({ unit: 's', ...formula(classic) }),
} as const satisfies ScalarMetric
