import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { ExportedRequest } from './exported-request.ts'
import { someFacts, someRequests } from './testing.ts'
import { vllmBenchResult } from './vllm-bench.ts'

/** Files that `vllm bench serve` wrote itself; they lie beside the repository and may be absent. */
const captures = fileURLToPath(new URL('../../../../shared/captures/vllm-bench/', import.meta.url))
const hasCaptures = existsSync(captures)
if (!hasCaptures) console.warn(`skipped: the files of vllm bench serve are not at ${captures}`)

interface Capture {
  readonly [key: string]: unknown
  readonly ttfts: number[]
  readonly itls: number[][]
  readonly latencies: number[]
  readonly start_times: number[]
  readonly queue_times: number[]
  readonly input_lens: number[]
  readonly output_lens: number[]
  readonly generated_texts: string[]
}

function requestsOf(capture: Capture): ExportedRequest[] {
  return capture.ttfts.map((ttft, i) => ({
    ...someRequests[0]!,
    index: i,
    sentMonotonic: capture.start_times[i]!,
    queued: capture.queue_times[i]!,
    ttft,
    latency: capture.latencies[i]!,
    gaps: capture.itls[i]!,
    promptTokens: capture.input_lens[i]!,
    outputTokens: capture.output_lens[i]!,
    text: capture.generated_texts[i]!,
  }))
}

describe.skipIf(!hasCaptures)('from the requests of a real file', () => {
  test.each(hasCaptures ? readdirSync(captures).filter((name) => name.endsWith('.json')) : [])(
    '%s: the same keys in the same order, and the same values',
    (name) => {
      const capture = JSON.parse(readFileSync(join(captures, name), 'utf8')) as Capture
      const ours = vllmBenchResult(requestsOf(capture), {
        ...someFacts,
        backend: 'vllm',
        model: 'tiny',
        tokenizer: 'model',
        clients: capture['max_concurrency'] as number,
        time: '2026-11-21 22:55:11.000000',
      }) as Record<string, unknown>
      expect(Object.keys(ours)).toEqual(Object.keys(capture))
      // its own clock runs from before the first request is made to after the last is gathered
      const timed = ['date', 'duration', 'request_throughput', 'output_throughput', 'total_token_throughput']
      const wrong = Object.keys(capture).filter(
        (key) => !timed.includes(key) && !isDeepStrictEqual(near(ours[key]), near(capture[key])),
      )
      expect(wrong).toEqual([])
      expect(ours['duration']).toBeLessThanOrEqual(capture['duration'] as number)
      expect(ours['duration']).toBeGreaterThan(0.95 * (capture['duration'] as number))
    },
  )
})

/** A number to 10 digits: sums in another order differ in the last ones. */
const near = (value: unknown) => (typeof value === 'number' ? Number(value.toPrecision(10)) : value)

test('a failed request counts as failed, with its error, and in no statistics', () => {
  const [ok, failed] = someRequests
  const result = vllmBenchResult([ok!, failed!], someFacts) as Record<string, unknown>
  expect(result).toMatchObject({
    num_prompts: 2,
    completed: 1,
    failed: 1,
    errors: ['', 'queue full'],
    output_lens: [3, 0],
  })
  expect(result['mean_ttft_ms']).toBeCloseTo(100, 9)
})

test('TPOT leaves the first token out, and answers of one token', () => {
  const [ok] = someRequests
  const one = { ...ok!, outputTokens: 1, gaps: [] }
  const result = vllmBenchResult([ok!, one], someFacts) as Record<string, unknown>
  expect(result['mean_tpot_ms']).toBeCloseTo((300 - 100) / 2, 9)
})
