import { ledgerTotal, type Ledger } from './ledgers.ts'
import type { ScalarMetric } from './metric.ts'

/** What one counter counted. */
export function ledgerMetric<Which extends 'output' | 'prompt', Name extends string>(
  which: Which,
  counter: Name,
  ledger: Ledger,
) {
  return {
    id: `${which}_tokens_${counter}`,
    kind: 'scalar',
    name: `${which === 'output' ? 'Output' : 'Prompt'} tokens by ${ledger.name}`,
    unit: 'tokens',
    better: null,
    family: 'throughput',
    formula: `${which} tokens of ok requests as counted by ${ledger.name}; null unless it counted all of them`,
    needs: [],
    show: { unit: 'tokens', scale: 1, digits: 0 },
    of: (measured) => ({ unit: 'tokens', ...ledgerTotal(measured, ledger) }),
  } as const satisfies ScalarMetric
}
