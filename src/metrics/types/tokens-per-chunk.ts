import { tokenChunkRows } from '../../recording/request-times.ts'
import type { ScalarMetric } from '../metric.ts'

export const tokensPerChunk = {
  id: 'tokens_per_chunk',
  kind: 'scalar',
  name: 'Tokens per chunk',
  unit: 'tokens',
  better: null,
  family: 'itl',
  formula:
    'output tokens of ok requests / their chunks that carry tokens; above 1, itl is a gap between chunks of several tokens',
  needs: ['stream', 'outputTokens'],
  show: { unit: '', scale: 1, digits: 2 },
  of({ recording, ok, tokens }) {
    let chunks = 0
    let output = 0
    for (const row of ok) {
      chunks += tokenChunkRows(recording, row).length
      output += tokens.output.counts[row] ?? 0
    }
    if (chunks === 0) return { unit: 'tokens', value: null, note: 'no chunk carried a token' }
    return { unit: 'tokens', value: output / chunks, note: tokens.output.note }
  },
} as const satisfies ScalarMetric
