import { classicTflops as formula } from '../classic/formulas.ts'
import type { ScalarMetric } from '../metric.ts'

export const classicTflops = {
  id: 'classic.tflops',
  kind: 'scalar',
  name: 'TFLOPs per GPU (classic)',
  unit: 'TFLOP/s',
  better: 'higher',
  family: 'throughput',
  formula:
    "classic.throughput x n x (prompt + output tokens) x 2e-3 / tensor-parallel degree, n in billions from the first digits before b or m in the model's name",
  needs: ['clients'],
  show: { unit: 'TFLOP/s', scale: 1, digits: 3 },
  of: ({ classic, facts }) => ({ unit: 'TFLOP/s', ...formula(classic, { ...facts, clients: facts.clients ?? 0 }) }),
} as const satisfies ScalarMetric
