import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { renderReport, writeReport, type ReportFacts } from './html.ts'
import { syntheticResult } from './testing.ts'

const facts: ReportFacts = {
  commands: ['npm run bench -- --project llama-7b'],
  started: new Date(2026, 10, 22, 10, 0, 0),
  ended: new Date(2026, 10, 22, 10, 1, 12),
  runId: 'run-1',
  environment: { cpu: 'Test CPU', memory_bytes: 8 * 2 ** 30, gpus: [] },
}
const reasons = [{ rule: 'failures', family: 'workload', status: 'invalid', text: '3 of 36 requests failed' }] as const

const visible = (page: string) =>
  page
    .replaceAll(/<(style|script)\b[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/\s+/g, ' ')

test('the verdict stands before the numbers', () => {
  const text = visible(renderReport([syntheticResult({ reasons }), syntheticResult({ clients: 2 })], facts))
  expect(text).toContain('May I believe it? In part: 1 of 2 points is valid.')
  expect(text).toContain('clients=1 : 3 of 36 requests failed Touches the work asked for.')
  expect(text.indexOf('In part')).toBeLessThan(text.indexOf('Points'))
})

test('all valid, all suspect and all invalid are said as such', () => {
  const answer = (status: 'valid' | 'suspect' | 'invalid') =>
    /<strong>(.*)<\/strong>/.exec(
      renderReport([syntheticResult({ status }), syntheticResult({ status, clients: 2 })], facts),
    )?.[1]
  expect(answer('valid')).toBe('Yes: both points are valid.')
  expect(answer('suspect')).toBe('With care: both points are suspect.')
  expect(answer('invalid')).toBe('No: both points are invalid.')
})

test('holds table, definitions, server, environment and command', () => {
  const argv = ['vllm', 'serve', '--served-model-name', 'my model']
  const text = visible(renderReport([syntheticResult({ argv })], facts))
  expect(text).toContain('Time to first token (TTFT)')
  expect(text).toContain('vllm serve --served-model-name &#39;my model&#39;')
  expect(text).toContain('Test CPU')
  expect(text).toContain('memory 8.00 GiB')
  expect(text).toContain('npm run bench -- --project llama-7b')
})

test('units stand in the heads, and a column has as many digits as its smallest value needs', () => {
  const page = renderReport([syntheticResult({ ttft: 0.0456 }), syntheticResult({ clients: 2, ttft: 1.2 })], facts)
  expect(visible(page)).toContain('TTFT ? p50, ms')
  expect(page).toContain('<td data-sort="0.0456">45.6</td>')
  expect(page).toContain('<td data-sort="1.2">1,200.0</td>')
})

test('loads nothing, runs only its own script, and links nowhere', () => {
  const page = renderReport([syntheticResult()], facts)
  expect(page).not.toMatch(/\b(?:src|action|data|poster)\s*=\s*["']/i)
  expect(page.match(/href="[^"]*"/g)).toEqual(['href="data:,"'])
  expect(page).not.toMatch(/url\(|@import|<iframe|\son\w+=|\sstyle=/i)
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1]
  expect(policy).toMatch(/^default-src 'none'; img-src data:; style-src 'sha256-\S+'; script-src 'sha256-\S+';/)
  // the only addresses are those of servers that were measured, and the name of SVG
  const addresses = page.match(/\w+:\/\/[^\s<"']+/g) ?? []
  expect(new Set(addresses)).toEqual(new Set(['http://127.0.0.1:8000/v1', 'http://www.w3.org/2000/svg']))
})

test('escapes whatever comes from files, servers and the command line', () => {
  const evil = `</script><img onerror="x" src='y'>&`
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
  const other = syntheticResult({ label: `${evil} other`, model: evil })
  const page = renderReport([result, other], { ...facts, commands: [evil], runId: evil, environment: { [evil]: evil } })
  expect(page).not.toContain('<img')
  expect(page.match(/<\/script>/g)).toHaveLength(2)
  expect(page).toContain('&lt;img onerror=&quot;x&quot; src=&#39;y&#39;&gt;&amp;')
})

test('the same results and facts give the same page', () => {
  const results = [1, 2].map((clients) => syntheticResult({ clients }))
  expect(renderReport(results, facts)).toBe(renderReport(results, facts))
})

test('one table of all points, by server and load', () => {
  const results = [
    syntheticResult({ clients: 8 }),
    syntheticResult({ clients: 2 }),
    syntheticResult({ clients: 4, configuration: 'vllm tp=2' }),
  ]
  const page = renderReport(results, facts)
  const rows = [...page.matchAll(/aria-label="(\d+) clients: story and requests"/g)].map((match) => match[1])
  expect(rows).toEqual(['2', '8', '4'])
})

test('parts that scroll can be reached and are named', () => {
  const page = renderReport([syntheticResult(), syntheticResult({ label: 'other' })], facts)
  const scrolling = [...page.matchAll(/<[^>]*class="(?:card )?scroll"[^>]*>/g)].map((match) => match[0])
  expect(scrolling.length).toBeGreaterThan(1)
  for (const tag of scrolling) expect(tag).toMatch(/tabindex="0"[\s\S]*role="region"[\s\S]*aria-label="[^"]+"/)
})

test('an earlier report is kept by time', async () => {
  const outDirectory = await mkdtemp(join(tmpdir(), 'servemark-report-'))
  onTestFinished(() => rm(outDirectory, { recursive: true }))
  const write = (command: string) =>
    writeReport(
      [syntheticResult()],
      { ...facts, commands: [command], outDirectory },
      new Date('2026-11-22T10:00:00.000Z'),
    )
  const path = await write('first')
  expect(await readdir(outDirectory)).toEqual(['report.html'])
  await write('second')
  const old = join(outDirectory, '.old', '2026-11-22T10-00-00-000Z', 'report.html')
  expect(await readFile(old, 'utf8')).toContain('>first</pre>')
  expect(await readFile(path, 'utf8')).toContain('>second</pre>')
})
