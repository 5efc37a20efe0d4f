import { expect, test } from 'vitest'
import type { AnyResult } from '../result/read-result.ts'
import { plottedPointOfAny } from './plotted-point.ts'

const answer = (start: number, end: number) => ({
  generated_tokens: 'text',
  prompt: 'prompt',
  start_time: start,
  end_time: end,
  model_time: 0 as const,
  token_gen_time: [],
})

function original(generation: 1 | 2, args: Record<string, unknown>, details = [answer(0, 2), answer(1, 4)]): AnyResult {
  const point = {
    model: 'M',
    tensorParallel: 1,
    maxRaggedBatchSize: 768,
    replicas: 1,
    promptTokens: 10,
    outputTokens: 5,
    clients: 2,
  }
  const file = { args, time: '2024-01-01 00:00:00.000000', response_details: details }
  return { kind: 'original', generation, path: 'x.json', file, point, errorAnswers: 0 }
}

test("the original's files: answers over the whole span, not Little's law, and never valid", () => {
  expect(plottedPointOfAny(original(2, { backend: 'vllm', stream: true }), 'vllm')).toMatchObject({
    curve: 'vllm',
    backend: 'vllm',
    clients: 2,
    requestsPerSecond: 2 / 4,
    meanLatencySeconds: 2.5,
    status: 'suspect',
  })
})

test('a file without answers has no values', () => {
  expect(plottedPointOfAny(original(2, {}, []), 'x')).toMatchObject({
    requestsPerSecond: null,
    meanLatencySeconds: null,
  })
})

test('the first generation is compared whatever the batch size', () => {
  const point = plottedPointOfAny(original(1, { vllm: true }), 'logs.vllm-m-tp1')
  expect(point).toMatchObject({ backend: 'vllm', group: { maxRaggedBatchSize: null } })
})

test.each([
  ['logs.vllm-m-tp1', true, 'vllm'],
  ['logs.llama2-70b-tp4-b768_repl2', false, 'fastgen'],
  ['llama2-7b-tp1-b768-second', false, 'fastgen-second'],
  ['before', false, 'before'],
])('a directory of the first generation, %s, is the curve of its backend', (directory, vllm, curve) => {
  expect(plottedPointOfAny(original(1, { vllm }), directory).curve).toBe(curve)
})
