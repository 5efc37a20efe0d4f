import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import type { DistributionBlock, FailureBlock, ResultFile } from '../result/schema.ts'
import {
  describeFailures,
  formatChunkNote,
  formatFailure,
  formatHeader,
  formatInvalid,
  formatRow,
} from './table-row.ts'
import { syntheticResult } from './testing.ts'

const refused: FailureBlock = {
  outcome: 'http_error',
  http_status: 503,
  count: 3,
  first_error: 'queue full',
  first_at_s: 4.1,
}

test('rows stand under their header', () => {
  const rows = [
    formatRow(syntheticResult({ clients: 1 })),
    formatRow(syntheticResult({ clients: 32, status: 'suspect', requestsPerSecond: 123.44, ttft: 1.5, itl: 0.0004 })),
    formatRow(syntheticResult({ clients: 8, status: 'invalid', failures: [refused] })),
  ]
  expect(`\n${[formatHeader(), ...rows].join('\n')}\n`).toMatchInlineSnapshot(`
    "
    verdict         load   requests     output       TTFT       TTFT        ITL        ITL     ok  failed
                 clients         /s   tokens/s        p50        p99        p50        p99
    ✓ valid            1       1.23       74.0     212 ms     233 ms    19.9 ms    21.9 ms     36       0
    ~ suspect         32        123      7,410     1.50 s     1.65 s     400 µs     440 µs    160       0
    ✗ invalid          8       1.23       74.0     212 ms     233 ms    19.9 ms    21.9 ms     61       3
    "
  `)
})

test('what was not streamed has no TTFT and no ITL', () => {
  expect(formatRow(syntheticResult({ stream: false }))).toMatchInlineSnapshot(
    `"✓ valid            1       1.23       74.0          -          -          -          -     36       0"`,
  )
})

test('a percentile among failed requests is shown as more than the last that ended', () => {
  const block = syntheticResult().servemark.metrics['ttft'] as DistributionBlock
  const censored = { p50: { value: 0.2 }, p90: { value: 0.3 }, p95: { at_least: 4.1 }, p99: { at_least: 4.1 } }
  const row = formatRow(syntheticResult({ metrics: { ttft: { ...block, censored } } }))
  expect(row).toMatchInlineSnapshot(
    `"✓ valid            1       1.23       74.0     200 ms   > 4.10 s    19.9 ms    21.9 ms     36       0"`,
  )
})

const tokensPerChunk = (value: number | null) => ({ tokens_per_chunk: { unit: 'tokens', value } })

test('chunks of several tokens are said, with the time per token', () => {
  const { metrics } = syntheticResult({ itl: 0.05 }).servemark
  const result = syntheticResult({ itl: 0.22, metrics: { tpot: metrics['tpot']!, ...tokensPerChunk(4.4) } })
  expect(formatChunkNote(result)).toBe('ITL is between chunks of 4.4 tokens; per token p50 50.0 ms')
})

test('chunks of several tokens whose pace is undefined have no time per token', () => {
  const result = syntheticResult({ itl: null, metrics: tokensPerChunk(11) })
  expect(formatChunkNote(result)).toBe('ITL is between chunks of 11 tokens')
})

test.each([1, 1.05, null])('%s tokens a chunk need no word', (value) => {
  expect(formatChunkNote(syntheticResult({ metrics: tokensPerChunk(value) }))).toBeNull()
})

test('the load of an open loop is its rate', () => {
  expect(formatRow(syntheticResult({ rate: 2.5 }))).toMatch(/^✓ valid +2\.5\/s +1\.23 /)
})

test('a kept point says when it was measured', () => {
  expect(formatRow(syntheticResult(), 7200)).toMatch(/ {2}kept, measured 2 h ago$/)
})

test('colour changes no character', () => {
  const result = syntheticResult({ status: 'suspect' })
  const colored = formatRow(result, null, { color: true })
  expect(colored).not.toBe(formatRow(result))
  expect(stripVTControlCharacters(colored)).toBe(formatRow(result))
})

test('failed requests: how many, how, the first error, where to look', () => {
  const result = syntheticResult({ clients: 8, failures: [refused] })
  expect(formatFailure(result, '/home/me/results/openai/clients8.json', '/home/me')).toBe(
    '✗ clients=8  3 of 64 failed: http_error 503 x3, first "queue full" at 4.1 s -> results/openai/clients8.json',
  )
})

test('several kinds of failure: most frequent first, and the error that came first', () => {
  const timeout = {
    ...refused,
    outcome: 'timeout',
    http_status: null,
    count: 5,
    first_error: 'slow',
    first_at_s: 9,
  } as const
  const result = syntheticResult({ clients: 8, failures: [refused, timeout] })
  expect(formatFailure(result, '/elsewhere/x.json', '/home/me')).toBe(
    '✗ clients=8  8 of 64 failed: timeout x5, http_error 503 x3, first "queue full" at 4.1 s -> /elsewhere/x.json',
  )
})

test('what a status means on the service stands beside it', () => {
  const late = { ...refused, http_status: 408, meaning: 'the model took too long' }
  expect(describeFailures(syntheticResult({ failures: [late] }))).toBe(
    'http_error 408 x3 (the model took too long), first "queue full" at 4.1 s',
  )
})

test('an error of several lines stays one line', () => {
  const result = syntheticResult({ failures: [{ ...refused, first_error: `a\n${'b '.repeat(200)}` }] })
  const line = formatFailure(result, '/x', '/')
  expect(line).not.toContain('\n')
  expect(line.length).toBeLessThan(220)
})

test('an invalid point in one line: the first reason, and how many more there are', () => {
  const reason = { family: 'itl', status: 'invalid', text: 'stamps may be late by 3 ms' } as const
  const of = (reasons: ResultFile['servemark']['verdict']['reasons']) => {
    const result = syntheticResult({ clients: 8, status: 'invalid' })
    const verdict = { ...result.servemark.verdict, reasons }
    return formatInvalid({ ...result, servemark: { ...result.servemark, verdict } })
  }
  const late = { ...reason, rule: 'late_stamps' }
  const line = '✗ clients=8 is invalid (--allow-invalid lets it pass): stamps may be late by 3 ms'
  expect(of([late, { ...late, family: 'ttft' }])).toBe(line)
  expect(of([late, { ...late, rule: 'failures' }, { ...late, rule: 'not_alone', status: 'suspect' }])).toBe(
    `${line} (and 1 more)`,
  )
})
