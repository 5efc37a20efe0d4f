import { classicTokensPerSec as formula } from '../classic/formulas.ts'
import type { ScalarMetric } from '../metric.ts'

export const classicTokensPerSec = {
  id: 'classic.tokens_per_sec',
  kind: 'scalar',
  name: 'Token throughput, total (classic)',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula:
    "mean over requests of (prompt + output tokens) / latency, without the prompt where generated_tokens is a list: a request's own rate, not the system's",
  needs: [],
  show: { unit: 'tokens/s', scale: 1, digits: 3 },
  of: ({ classic }) => ({ unit: 'tokens/s', ...formula(classic) }),
} as const satisfies ScalarMetric
