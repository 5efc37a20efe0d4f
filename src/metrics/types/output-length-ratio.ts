import type { ScalarMetric } from '../metric.ts'
import { lengthRatio } from '../length-ratio.ts'

export const outputLengthRatio = {
  id: 'output_length_ratio',
  kind: 'scalar',
  name: 'Output length, got against asked',
  unit: 'ratio',
  better: null,
  family: 'workload',
  formula: 'output tokens counted / output tokens asked for, over the ok requests that have both',
  needs: ['outputTokens'],
  show: { unit: '', scale: 1, digits: 3 },
  of: (measured) => lengthRatio(measured, 'output'),
} as const satisfies ScalarMetric
