import { markdownTable } from '../markdown.ts'
import type { ExportedPoint, ExportFormat } from './export-format.ts'
import { vllmBenchResult } from './vllm-bench.ts'
import { factsOf } from './point-facts.ts'
import { formatNumber, formatSeconds } from '../format.ts'

/** The table of points; those of the original's files in a table of their own, without a verdict. */
export const markdown: ExportFormat = {
  id: 'markdown',
  about: 'a table of the points',
  countsTokens: false,
  write({ points }) {
    const own = points.flatMap(({ result }) => (result.kind === 'servemark' ? [result.file] : []))
    const others = points.filter(({ result }) => result.kind === 'original')
    const tables = [
      ...(own.length > 0 ? [markdownTable(own)] : []),
      ...(others.length > 0 ? [originalTable(others)] : []),
    ]
    return Promise.resolve([{ name: 'points.md', content: `${tables.join('\n\n')}\n` }])
  },
}

function originalTable(points: readonly ExportedPoint[]): string {
  const head = [
    'directory',
    'model',
    'prompt',
    'gen',
    'clients',
    'requests/s',
    'TTFT p50',
    'TTFT p99',
    'latency mean',
    'ok',
  ]
  const rows = points.map((point) => {
    const { model, promptTokens, outputTokens, clients } = factsOf(point)
    const { request_throughput: rate, completed, ...numbers } = vllmBenchResult(point.requests, factsOf(point))
    const seconds = (key: string) => {
      const value = (numbers as Readonly<Record<string, unknown>>)[key]
      return formatSeconds(typeof value === 'number' && value > 0 ? value / 1000 : null)
    }
    return [
      point.directory,
      model,
      promptTokens ?? '-',
      outputTokens ?? '-',
      clients ?? '-',
      formatNumber(rate),
      seconds('p50_ttft_ms'),
      seconds('p99_ttft_ms'),
      seconds('mean_e2el_ms'),
      completed,
    ].map((cell) => String(cell).replaceAll('|', String.raw`\|`))
  })
  const rule = head.map((_, i) => (i < 2 ? '---' : '---:'))
  return [head, rule, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}
