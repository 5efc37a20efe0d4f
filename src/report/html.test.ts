import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { renderReport, writeReport, type ReportFacts } from './html.ts'
import { syntheticResult } from './testing.ts'

const facts: ReportFacts = {
  command: 'npm run bench -- --project llama-7b',
  started: new Date(2026, 10, 22, 10, 0, 0),
  ended: new Date(2026, 10, 22, 10, 1, 12),
  runId: 'run-1',
  environment: { cpu: 'Test CPU', memory_bytes: 8 * 2 ** 30, gpus: [] },
}
const reasons = [{ rule: 'failures', family: 'workload', status: 'invalid', text: '3 of 36 requests failed' }] as const

const visible = (page: string) =>
  page
    .replace(/<style>[\s\S]*?<\/style>/, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

test('the verdict stands before the numbers', async () => {
  const text = visible(await renderReport([syntheticResult({ reasons }), syntheticResult({ clients: 2 })], facts))
  expect(text).toContain('✗ Invalid: 1 of 2 points')
  expect(text).toContain('clients=1: 3 of 36 requests failed')
  expect(text.indexOf('Invalid')).toBeLessThan(text.indexOf('212 ms'))
})

test('holds table, figure, definitions, server, environment and command', async () => {
  const argv = ['vllm', 'serve', '--served-model-name', 'my model']
  const page = await renderReport([syntheticResult({ argv })], facts)
  const text = visible(page)
  expect(page.match(/<svg /g)).toHaveLength(1)
  expect(text).toContain('Time to first token (TTFT)')
  expect(text).toContain('vllm serve --served-model-name &#39;my model&#39;')
  expect(text).toContain('Test CPU')
  expect(text).toContain('memory 8.00 GiB')
  expect(text).toContain('npm run bench -- --project llama-7b')
})

test('loads nothing and links nowhere', async () => {
  const page = await renderReport([syntheticResult()], facts)
  expect(page).not.toMatch(/\b(?:src|href|action|data|poster)\s*=/i)
  expect(page).not.toMatch(/url\(|@import|<script|<link|<iframe/i)
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`)
  // the only addresses are those of servers that were measured
  const addresses = page.match(/\w+:\/\/[^\s<"]+/g) ?? []
  expect(new Set(addresses)).toEqual(new Set(['http://127.0.0.1:8000/v1']))
})

test('escapes whatever comes from files, servers and the command line', async () => {
  const evil = `<img onerror="x" src='y'>&`
  const result = syntheticResult({
    model: evil,
    bench: evil,
    label: evil,
    backend: evil,
    configuration: evil,
    caveat: evil,
    notes: [evil],
    argv: [evil],
    reasons: [{ ...reasons[0], text: evil }],
    failures: [{ outcome: 'http_error', http_status: 500, count: 1, first_error: evil, first_at_s: 1 }],
    thresholds: [{ metric: evil, min: null, max: 1, value: 2, count: 1, status: 'missed', text: evil }],
  })
  const page = await renderReport([result], { ...facts, command: evil, runId: evil, environment: { [evil]: evil } })
  expect(page).not.toContain('<img')
  expect(page).not.toContain('&<')
  expect(page).toContain('&lt;img onerror=&quot;x&quot; src=&#39;y&#39;&gt;&amp;')
})

test('the same results and facts give the same page', async () => {
  const results = [1, 2].map((clients) => syntheticResult({ clients }))
  expect(await renderReport(results, facts)).toBe(await renderReport(results, facts))
})

test('a table for each server configuration, points by clients', async () => {
  const results = [
    syntheticResult({ clients: 8 }),
    syntheticResult({ clients: 2 }),
    syntheticResult({ clients: 4, configuration: 'vllm tp=2' }),
  ]
  const page = await renderReport(results, facts)
  const rows = [...page.matchAll(/<\/th>\s*<td>(\d+)<\/td>/g)].map((match) => match[1])
  expect(rows).toEqual(['2', '8', '4'])
  expect(page.match(/<table>/g)).toHaveLength(2)
})

test('parts that scroll can be reached and are named', async () => {
  const page = await renderReport([syntheticResult()], facts)
  const scrolling = [...page.matchAll(/<[^>]*class="card scroll"[^>]*>/g)].map((match) => match[0])
  expect(scrolling).toHaveLength(2)
  for (const tag of scrolling) expect(tag).toMatch(/tabindex="0"[\s\S]*role="region"[\s\S]*aria-label="[^"]+"/)
})

test('an earlier report is kept by time', async () => {
  const outDirectory = await mkdtemp(join(tmpdir(), 'servemark-report-'))
  onTestFinished(() => rm(outDirectory, { recursive: true }))
  const write = (command: string) =>
    writeReport([syntheticResult()], { ...facts, command, outDirectory }, new Date('2026-11-22T10:00:00.000Z'))
  const path = await write('first')
  expect(await readdir(outDirectory)).toEqual(['report.html'])
  await write('second')
  const old = join(outDirectory, '.old', '2026-11-22T10-00-00-000Z', 'report.html')
  expect(await readFile(old, 'utf8')).toContain('<pre>first</pre>')
  expect(await readFile(path, 'utf8')).toContain('<pre>second</pre>')
})
