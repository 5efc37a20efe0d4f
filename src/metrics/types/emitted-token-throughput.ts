import { tokenChunkRows } from '../../recording/request-times.ts'
import type { ScalarMetric } from '../metric.ts'
import { sum } from '../statistics.ts'

export const emittedTokenThroughput = {
  id: 'emitted_token_throughput',
  kind: 'scalar',
  name: 'Emitted token throughput',
  unit: 'tokens/s',
  better: 'higher',
  family: 'throughput',
  formula:
    'output tokens of all requests, failed ones too / time from the first send to the last token of any; a failed request counts by usage, else by its stream, else one token a chunk at least',
  needs: ['outputTokens'],
  show: { unit: 'tokens/s', scale: 1, digits: 1 },
  of({ recording, rows, ok, lost, tokens }) {
    const { requests, chunks } = recording
    let start = Infinity
    let end = -Infinity
    for (const row of rows) {
      start = Math.min(start, requests.writeStart[row] ?? Infinity)
      end = Math.max(end, requests.lastToken[row] ?? -Infinity)
    }
    if (!(end > start)) return { unit: 'tokens/s', value: null, note: 'no token came' }
    let bound = false
    const emitted = (row: number): number => {
      const known = requests.serverOutputTokens[row] ?? requests.streamOutputTokens[row]
      if (known != null) return known
      return sum(
        tokenChunkRows(recording, row).map((chunk) => {
          const count = chunks.tokens[chunk] ?? -1
          if (count < 0) bound = true
          return count < 0 ? 1 : count
        }),
      )
    }
    const total = sum(ok.map((row) => tokens.output.counts[row] ?? 0)) + sum(lost.map(emitted))
    return {
      unit: 'tokens/s',
      value: total / ((end - start) / 1e9),
      note: bound
        ? `${tokens.output.note}; failed requests by one token a chunk, so at least this`
        : tokens.output.note,
    }
  },
} as const satisfies ScalarMetric
