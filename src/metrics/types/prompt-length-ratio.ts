import type { ScalarMetric } from '../metric.ts'
import { lengthRatio } from '../length-ratio.ts'

export const promptLengthRatio = {
  id: 'prompt_length_ratio',
  kind: 'scalar',
  name: 'Prompt length, got against asked',
  unit: 'ratio',
  better: null,
  family: 'workload',
  formula: 'prompt tokens counted / prompt tokens asked for, over the ok requests that have both',
  needs: ['promptTokens'],
  show: { unit: '', scale: 1, digits: 3 },
  of: (measured) => lengthRatio(measured, 'prompt'),
} as const satisfies ScalarMetric
