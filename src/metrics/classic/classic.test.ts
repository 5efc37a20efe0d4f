import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from 'gpt-3-encoder'
import { describe, expect, test } from 'vitest'
import { originalPoint } from '../../result/original-point.ts'
import type { ResponseDetail } from '../../result/schema.ts'
import { metricsOf } from '../testing.ts'
import { classicRequestsOf } from './classic-request.ts'
import {
  classicFirstTokenLatency,
  classicLatency,
  classicParametersBillion,
  classicThroughput,
  classicTokenGenLatency,
  classicTokensPerSec,
} from './formulas.ts'

/** Numbers that the original computed; they lie beside the repository and may be absent. */
const golden = fileURLToPath(new URL('../../../../shared/golden/cases/', import.meta.url))
const hasGolden = existsSync(golden)
if (!hasGolden) console.warn(`skipped: the original's golden numbers are not at ${golden}`)

type Expected = Record<string, { error?: string } & Partial<Record<string, number>>>

describe.skipIf(!hasGolden)('the original agrees to 1e-9', () => {
  for (const path of hasGolden ? globSync('*/expected.json', { cwd: golden }).sort() : []) {
    const expected = JSON.parse(readFileSync(join(golden, path), 'utf8')) as Record<string, Expected | undefined>
    for (const [key, generation] of [
      ['files', 2],
      ['files_g1_formulas', 1],
      ['files_g2_formulas', 2],
    ] as const) {
      const files = expected[key]
      if (!files) continue
      test(`${dirname(path)} ${key}: ${Object.keys(files).length} files`, () => {
        const counts = new Map<string, number>()
        const mismatches: string[] = []
        for (const [name, wanted] of Object.entries(files)) {
          const file = join(golden, dirname(path), name)
          const { args, response_details } = JSON.parse(readFileSync(file, 'utf8')) as {
            args: Record<string, unknown>
            response_details: ResponseDetail[]
          }
          const count = (text: string) => {
            const known = counts.get(text) ?? encode(text).length
            counts.set(text, known)
            return known
          }
          const requests = classicRequestsOf(response_details, count)
          const clients = originalPoint(file, args).clients ?? 0
          const found = {
            latency: classicLatency(requests),
            throughput: classicThroughput(requests, clients),
            first_token_latency: classicFirstTokenLatency(requests),
            token_gen_latency: classicTokenGenLatency(requests),
            tokens_per_sec: classicTokensPerSec(requests, generation),
          }
          const values = Object.values(found)
          if (wanted.error !== undefined) {
            if (!values.some((one) => one.value === null && one.note !== '')) mismatches.push(`${name}: no message`)
            continue
          }
          for (const [metric, { value }] of Object.entries(found)) {
            const right = wanted[metric] ?? NaN
            const off = Math.abs((value ?? NaN) - right)
            if (!(off <= 1e-9 * Math.abs(right))) mismatches.push(`${name} ${metric}: ${value}, not ${right}`)
          }
        }
        expect(mismatches).toEqual([])
      })
    }
  }
})

describe('from a recording', () => {
  const specs = [
    { sent: 0, chunks: [0.2, 0.3, 0.5, 0.9], columns: { tokenizerPromptTokens: 6, tokenizerOutputTokens: 4 } },
    { sent: 1, chunks: [0.4, 0.5, 0.6], columns: { tokenizerPromptTokens: 6, tokenizerOutputTokens: 4 } },
  ]
  const { scalar } = metricsOf(specs, { clients: 2 })
  test('latency and throughput follow from its requests', () => {
    expect(scalar('classic.latency').value).toBeCloseTo(0.75, 9)
    expect(scalar('classic.throughput').value).toBeCloseTo(2 / 0.75, 9)
  })
  test('first token and token generation', () => {
    expect(scalar('classic.first_token_latency').value).toBeCloseTo(0.3, 9)
    expect(scalar('classic.token_gen_latency').value).toBeCloseTo((0.1 + 0.2 + 0.1) / 3, 9)
  })
  test('tokens per second count the prompt where the answer is a string', () => {
    expect(scalar('classic.tokens_per_sec').value).toBeCloseTo((10 / 0.9 + 10 / 0.6) / 2, 9)
  })
  test('and forget it where the answer is a list', () => {
    const listed = metricsOf(specs, { clients: 2, listedTokens: true })
    expect(listed.scalar('classic.tokens_per_sec').value).toBeCloseTo((4 / 0.9 + 3 / 0.6) / 2, 9)
  })
  test('without streaming first token and gap are 0', () => {
    const whole = metricsOf(specs, { stream: false })
    expect(whole.scalar('classic.first_token_latency').value).toBe(0)
    expect(whole.scalar('classic.token_gen_latency').value).toBe(0)
  })
  test('answers of two tokens have no gap, and that is said', () => {
    expect(metricsOf([{ sent: 0, chunks: [0.1, 0.2] }]).scalar('classic.token_gen_latency')).toMatchObject({
      value: null,
      note: 'no answer has more than 2 token times',
    })
  })
})

test('a later answer without token times is a note, not a crash', () => {
  const detail = { generated_tokens: 'x', prompt: 'y', start_time: 0, end_time: 1, model_time: 0 } as const
  const requests = classicRequestsOf(
    [
      { ...detail, token_gen_time: [0.5] },
      { ...detail, token_gen_time: [] },
    ],
    null,
  )
  expect(classicFirstTokenLatency(requests)).toEqual({ value: null, note: '1 of 2 answers have no token times' })
  expect(classicTokensPerSec(requests)).toEqual({ value: null, note: 'the tokens were not counted' })
})

test.each([
  ['meta-llama/Llama-2-7b-hf', 7],
  ['facebook/opt-1.3b', 3],
  ['mistralai/Mixtral-8x7B-v0.1', 7],
  ['facebook/opt-350m', 0.35],
  ['microsoft/phi-2', null],
])('the size that the original reads from %s is %s', (model, billions) => {
  expect(classicParametersBillion(model)).toBe(billions)
})
