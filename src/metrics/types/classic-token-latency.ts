import { classicSkipped, tokenLatencyPercentiles } from '../classic/token-latency-percentiles.ts'
import type { ScalarMetric } from '../metric.ts'

/** The original's percentile plot: `classic.token_latency_p50`, `_p90`, `_p95`. */
export const classicTokenLatencies = [declare('p50'), declare('p90'), declare('p95')] as const

function declare<Name extends 'p50' | 'p90' | 'p95'>(name: Name) {
  return {
    id: `classic.token_latency_${name}`,
    kind: 'scalar',
    name: `Token latency ${name} (classic)`,
    unit: 's',
    better: 'lower',
    family: 'itl',
    formula: `${name} of token_gen_time[${classicSkipped.headTokens}:-1] pooled over the requests but the first and last ${classicSkipped.requests} by start`,
    needs: ['stream'],
    show: { unit: 's', scale: 1, digits: 4 },
    of({ classic }) {
      const found = tokenLatencyPercentiles(classic)
      if (found.value === null) return { unit: 's', value: null, note: found.note }
      return { unit: 's', value: found.value[name], note: `of ${found.value.pooled} gaps` }
    },
  } as const satisfies ScalarMetric
}
