import { readdirSync, readFileSync } from 'node:fs'
import { tableFromIPC } from 'apache-arrow'
import { expect, test } from 'vitest'
import { pointResult, temporaryDirectory } from '../../result/testing.ts'
import { writeResult } from '../../result/write-result.ts'
import { aiperf } from './aiperf.ts'
import { arrow } from './arrow.ts'
import { csv } from './csv.ts'
import type { ExportedPoint, ExportFormat } from './export-format.ts'
import { guidellm } from './guidellm.ts'
import { exportFormats } from './index.ts'
import { jsonl } from './jsonl.ts'
import { markdown } from './markdown.ts'
import { sglang } from './sglang.ts'
import { exportedPoint } from './testing.ts'
import { ratesBetween, weightedSummary } from './weighted-summary.ts'

/** Eight ok requests of four tokens, TTFT 123 ms, gaps 20 ms, and one whose stream broke. */
async function measured(): Promise<ExportedPoint> {
  const { path, file } = await writeResult(pointResult(temporaryDirectory()), new Date(0))
  return exportedPoint(JSON.parse(JSON.stringify(file)) as typeof file, path)
}

async function textOf(format: ExportFormat, point?: ExportedPoint): Promise<string> {
  const files = await format.write({ points: [point ?? (await measured())], problems: [], directories: ['d'] })
  return String(files[0]?.content)
}

interface Block {
  readonly [key: string]: number
}

test('every file that declares a format is listed under its id', () => {
  const declaring = readdirSync(import.meta.dirname)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .filter((file) => /: ExportFormat = \{/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')))
  expect(declaring.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(Object.keys(exportFormats).sort())
  expect(Object.values(exportFormats).map(({ id }) => id)).toEqual(Object.keys(exportFormats))
})

test('csv: a head and a row for each measured request, failed ones too', async () => {
  const lines = (await textOf(csv)).trim().split('\r\n')
  expect(lines).toHaveLength(1 + 9)
  expect(lines[0]).toMatch(/^directory,file,verdict,backend,model,/)
  expect(lines.filter((line) => line.includes(',stream_error,'))).toHaveLength(1)
})

test('csv: text that a spreadsheet would run is not run, and quotes are doubled', async () => {
  const point = await measured()
  const requests = [{ ...point.requests[0]!, error: '=HYPERLINK("x"),1', outcome: 'http_error' as const }]
  expect(await textOf(csv, { ...point, requests })).toContain(`,"'=HYPERLINK(""x""),1",`)
})

test('jsonl: each line is a request with its gaps in seconds', async () => {
  const [first] = (await textOf(jsonl))
    .split('\n')
    .map((line) => (line === '' ? null : (JSON.parse(line) as Record<string, unknown>)))
  expect(first).toMatchObject({ directory: 'd', file: 'p.json', outcome: 'ok', clients: 2, request: 0 })
  expect(first!['ttft_s']).toBeCloseTo(0.123456789, 9)
  expect((first!['gaps_s'] as number[]).map((gap) => Number(gap.toFixed(6)))).toEqual([0.02, 0.02, 0.02])
})

test('markdown: the table of points', async () => {
  expect(await textOf(markdown)).toMatch(/^\| verdict \| point \|/)
})

test('arrow: all chunks that the point sealed, one row each', async () => {
  const files = await arrow.write({ points: [await measured()], problems: [], directories: ['d'] })
  const table = tableFromIPC(files[0]!.content as Uint8Array)
  expect(table.schema.fields.map((field) => field.name)).toEqual([
    'point',
    'request',
    'chunk',
    'request_sent_s',
    'time_s',
    'gap_s',
    'tokens',
    'kind',
  ])
  const row = table.get(1)!.toJSON() as Record<string, unknown>
  expect(row).toMatchObject({ point: 'd/p', chunk: 1, kind: 'text' })
  expect(row['gap_s']).toBeCloseTo(0.02, 9)
})

test('sglang: its concurrency is the time on the wire over the duration', async () => {
  const line = JSON.parse(await textOf(sglang)) as Record<string, number>
  expect(line).toMatchObject({ completed: 8, max_concurrency: 2 })
  expect(line['mean_ttft_ms']).toBeCloseTo(123.456789, 6)
  expect(line['concurrency']).toBeCloseTo((8 * 0.183456789) / line['duration']!, 6)
})

test('guidellm: requests by how they ended, and a distribution under each quantity', async () => {
  const report = JSON.parse(await textOf(guidellm)) as {
    benchmarks: {
      metrics: Record<string, { successful: Block & { percentiles: Block } }>
      requests: Record<string, unknown[]>
    }[]
  }
  const [benchmark] = report.benchmarks
  expect(benchmark!.metrics['request_totals']).toEqual({ successful: 8, incomplete: 0, errored: 1, total: 9 })
  expect([benchmark!.requests['successful']!.length, benchmark!.requests['errored']!.length]).toEqual([8, 1])
  const ttft = benchmark!.metrics['time_to_first_token_ms']!.successful
  expect([ttft.count, ttft.percentiles['p99']!.toFixed(4)]).toEqual([8, '123.4568'])
})

test('aiperf: blocks of statistics with units, a record a request', async () => {
  const files = await aiperf.write({ points: [await measured()], problems: [], directories: ['d'] })
  expect(files.map((file) => file.name)).toEqual(['d/p/profile_export_aiperf.json', 'd/p/profile_export.jsonl'])
  const summary = JSON.parse(String(files[0]!.content)) as Record<string, Block>
  expect(summary['time_to_first_token']).toMatchObject({ unit: 'ms', count: 8 })
  expect(summary['error_request_count']).toEqual({ unit: 'requests', avg: 1 })
  const records = String(files[1]!.content)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { error: unknown })
  expect(records.filter((record) => record.error !== null)).toHaveLength(1)
})

test.each(Object.values(exportFormats))('$id: no point, no crash', async (format) => {
  await expect(format.write({ points: [], problems: [], directories: [] })).resolves.toBeDefined()
})

test.each(Object.values(exportFormats))('$id: the same data, the same bytes', async (format) => {
  const point = await measured()
  const write = () => format.write({ points: [point], problems: [], directories: ['d'] })
  expect(await write()).toEqual(await write())
})

test('weights decide the percentiles of guidellm', () => {
  const summary = weightedSummary([
    { value: 1, weight: 9 },
    { value: 10, weight: 1 },
  ])
  expect([summary?.mean, summary?.median, summary?.percentiles['p95']]).toEqual([1.9, 1, 10])
})

test('a mean rate is the number of ends over the time', () => {
  expect(weightedSummary(ratesBetween([0, 0.5, 2, 4]))?.mean).toBeCloseTo(3 / 4, 12)
})
