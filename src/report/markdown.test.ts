import { expect, test } from 'vitest'
import { markdownTable } from './markdown.ts'
import { syntheticResult } from './testing.ts'

test('a table of the points', () => {
  const results = [syntheticResult({ clients: 1 }), syntheticResult({ clients: 8, stream: false, status: 'suspect' })]
  expect(`\n${markdownTable(results)}\n`).toMatchInlineSnapshot(`
    "
    | verdict | point | requests /s | output tokens/s | TTFT p50 | TTFT p99 | ITL p50 | ITL p99 | TPOT p50 | latency mean | latency p99 | ok | failed |
    | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |
    | ✓ valid | clients=1 | 1.23 | 74.0 | 212 ms | 233 ms | 19.9 ms | 21.9 ms | 19.9 ms | 1.40 s | 1.54 s | 36 | 0 |
    | ~ suspect | clients=8 | 1.23 | 74.0 | - | - | - | - | - | 1.40 s | 1.54 s | 64 | 0 |
    "
  `)
})

test('a name cannot steer a terminal', () => {
  const results = ['a\u001B[2J', 'c'].map((model) => syntheticResult({ model }))
  expect(markdownTable(results)).toContain(String.raw`| a\\x1B[2J clients=1 |`)
})

test('a bar in a name does not end its cell', () => {
  const results = ['a|b', 'c'].map((model) => syntheticResult({ model }))
  expect(markdownTable(results)).toContain(String.raw`| a\|b clients=1 |`)
})
