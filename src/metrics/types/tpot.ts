import { tokenChunkRows } from '../../recording/request-times.ts'
import type { DistributionMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'
import { perRequest } from '../per-request.ts'

export const tpot = {
  id: 'tpot',
  kind: 'distribution',
  name: 'Time per output token',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula:
    '(last token - first token) / (output tokens - tokens of the first chunk, 1 where the stream does not tell); per ok request; undefined when that is 0 or both came in one read',
  needs: ['stream', 'outputTokens'],
  show: { table: 'TPOT', ...showMilliseconds },
  of(measured) {
    const { recording, tokens } = measured
    const { chunks } = recording
    return perRequest(measured, (row) => {
      const rows = tokenChunkRows(recording, row)
      const [first, last] = [rows[0], rows.at(-1)]
      const output = tokens.output.counts[row]
      if (first === undefined || last === undefined || output == null) return null
      if (chunks.read[first] === chunks.read[last]) return null
      const inFirst = chunks.tokens[first] ?? -1
      const after = output - (inFirst < 0 ? 1 : inFirst)
      return after > 0 ? ((chunks.time[last] ?? 0) - (chunks.time[first] ?? 0)) / after : null
    })
  },
} as const satisfies DistributionMetric
