import { expect, test } from 'vitest'
import type { Verdict } from '../result/schema.ts'
import { closingSummary, type ClosingFacts } from './summary.ts'
import { syntheticResult } from './testing.ts'

const notStated: Verdict['reasons'] = (['ttft', 'itl'] as const).map((family) => ({
  rule: 'accuracy_not_stated',
  family,
  status: 'suspect',
  text: "the client's own error was not measured while it measured",
}))
const tooManyFailures: Verdict['reasons'] = [
  {
    rule: 'failures',
    family: 'workload',
    status: 'invalid',
    text: '3 of 64 requests failed, more than the 1 % allowed',
  },
]

function summary(facts: Partial<ClosingFacts>): string {
  const lines = closingSummary({
    command: 'npm run bench',
    started: new Date(0),
    ended: new Date(72_000),
    results: [],
    files: [],
    statuses: [],
    plots: [],
    report: null,
    index: '/out/runs/r.json',
    interrupted: false,
    ...facts,
  })
  return lines.join('\n')
}

test('the example: one reason for all points is said once, and what to do next', () => {
  const caveat = 'llama.cpp on CPU, randomly initialised weights: speed is real, text is noise'
  const results = [1, 2, 4, 8].map((clients) =>
    syntheticResult({ clients, bench: 'example', label: 'llamacpp', caveat, reasons: notStated }),
  )
  const text = summary({
    results,
    files: [1, 2, 4, 8].map((clients) => `/out/llamacpp/m-clients${clients}.json`),
    statuses: ['passed', 'passed', 'passed', 'passed'],
    plots: ['/out/plots/throughput_latency/m.svg', '/out/plots/throughput_latency/m.png'],
    report: '/out/report.html',
  })
  expect(`${text}\n`).toMatchInlineSnapshot(`
    "
    4 points, 188 requests in 1 min 12 s: 4 passed

    Verdict: suspect (every point)
      ~ all 4 points: the client's own error was not measured while it measured [ttft, itl]

    llama.cpp on CPU, randomly initialised weights: speed is real, text is noise

    results  /out/llamacpp (4 files)
    plot     /out/plots/throughput_latency/m.png
    report   /out/report.html
    run      /out/runs/r.json

    again          npm run bench
    your endpoint  npm run bench -- --project openai --base-url http://host:8000
    your model     npm run bench -- --project example --model ./model.gguf, or one new file in benches/
    "
  `)
})

test('a missed threshold and an invalid point, worst first; no advice for who has a server', () => {
  const missed = {
    metric: 'ttft.p99',
    min: null,
    max: 0.5,
    value: 0.8,
    count: 64,
    status: 'missed',
    text: 'ttft.p99: 0.8 s (n=64); limit at most 0.5 s: missed',
  } as const
  const met = { ...missed, status: 'passed' } as const
  const results = [
    syntheticResult({ clients: 1, reasons: notStated, thresholds: [met] }),
    syntheticResult({ clients: 8, reasons: [...notStated, ...tooManyFailures], thresholds: [missed] }),
  ]
  const text = summary({ results, statuses: ['passed', 'missed'], files: ['/out/vllm/a.json', '/out/vllm/b.json'] })
  expect(`${text}\n`).toMatchInlineSnapshot(`
    "
    2 points, 100 requests in 1 min 12 s: 1 passed, 1 missed a threshold

    Verdict: invalid (1 of 2 points)
      ✗ clients=8: 3 of 64 requests failed, more than the 1 % allowed [workload]
      ~ both points: the client's own error was not measured while it measured [ttft, itl]

    Thresholds: 1 of 2 met
      ✗ clients=8: ttft.p99: 0.8 s (n=64); limit at most 0.5 s: missed

    results  /out/vllm (2 files)
    run      /out/runs/r.json

    again  npm run bench
    "
  `)
})

test('failed requests of all points are counted by kind, each with what its status means', () => {
  const busy = {
    outcome: 'http_error',
    http_status: 429,
    meaning: 'too many wait',
    first_error: 'x',
    first_at_s: 1,
  } as const
  const slow = { ...busy, outcome: 'timeout', http_status: null, meaning: null } as const
  const results = [
    syntheticResult({ clients: 1, failures: [{ ...busy, count: 3 }] }),
    syntheticResult({
      clients: 8,
      failures: [
        { ...busy, count: 4 },
        { ...slow, count: 2 },
      ],
    }),
  ]
  expect(summary({ results })).toContain(
    'Failed: 9 of 100 requests\n  http_error 429 x7: too many wait\n  timeout x2\n',
  )
})

test('words that differ by their numbers stand for all, with their point', () => {
  const late = (ms: number): Verdict['reasons'] => [
    { rule: 'late_stamps', family: 'itl', status: 'suspect', text: `stamps may be late by ${ms} ms` },
  ]
  const results = [
    syntheticResult({ clients: 1 }),
    syntheticResult({ clients: 2, reasons: late(1) }),
    syntheticResult({ clients: 4, reasons: late(2) }),
  ]
  expect(summary({ results })).toContain(
    '~ clients=2, 4: stamps may be late by 1 ms (at clients=2; other numbers elsewhere) [itl]',
  )
})

test('points of several servers are told apart', () => {
  const results = [
    syntheticResult({ clients: 1, backend: 'vllm', configuration: 'vllm tp=1' }),
    syntheticResult({ clients: 1, backend: 'fastgen', configuration: 'fastgen tp=1', reasons: tooManyFailures }),
  ]
  expect(summary({ results })).toContain('✗ fastgen clients=1: 3 of 64')
})

test('an interrupted run says so', () => {
  expect(summary({ interrupted: true, statuses: ['passed', 'cancelled'], results: [syntheticResult()] })).toContain(
    'Interrupted: 2 points, 36 requests in 1 min 12 s: 1 passed, 1 cancelled',
  )
})

test('without any result the run index and the command still stand', () => {
  expect(summary({ statuses: ['broken'] })).toMatchInlineSnapshot(`
    "
    1 point, 0 requests in 1 min 12 s: 1 without a result

    run  /out/runs/r.json

    again  npm run bench"
  `)
})
