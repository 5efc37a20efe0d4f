import { describe, expect, test } from 'vitest'
import { counterNames, type CounterName } from '../backends/counters/counter-family.ts'
import { closedLoopSpecs, makeRecording, type RequestSpec } from '../recording/testing.ts'
import type { CountersBlock, ScalarBlock } from '../result/schema.ts'
import { boundOf } from './bound.ts'
import { deriveMetrics, type MetricId } from './index.ts'
import { measure } from './measured.ts'
import { somePoint } from './testing.ts'
import { judge } from './verdict.ts'

/** 100 answers of 11 tokens to prompts of 10; TTFT 0.1 s, latency 0.3 s; 10 of them warm-up. */
const good = closedLoopSpecs({ clients: 1, count: 100, ttft: 0.1, gap: 0.02, tokens: 11 }).map((spec, index) =>
  index < 10 ? { ...spec, columns: { ...spec.columns, phase: 'warmup' as const } } : spec,
)
const exact = {
  requests: 100,
  prompt_tokens: 1000,
  output_tokens: 1100,
  cache_queries: 1000,
  cache_hits: 0,
  preemptions: 0,
  ttft_sum_s: 9.9,
  ttft_count: 100,
  e2e_sum_s: 29.9,
  e2e_count: 100,
}

function counters(changes: Partial<Record<CounterName, number | null>> = {}, before = 0): CountersBlock {
  const all: Partial<Record<CounterName, number | null>> = { ...exact, ...changes }
  const counted = Object.fromEntries(counterNames.map((name) => [name, all[name] ?? null]))
  return {
    source: '/metrics',
    family: 'vllm',
    requests_before: before,
    counted: counted as typeof all & Record<CounterName, number | null>,
  }
}

function judged(block: CountersBlock | null, specs: readonly RequestSpec[] = good, canaryP99 = 1e-4) {
  const recording = makeRecording(specs)
  const measured = measure(recording, { ...somePoint, counters: block })
  const metrics = deriveMetrics(measured)
  const value = (id: MetricId) => (metrics[id] as ScalarBlock).value
  const canary = { p50_s: 3e-5, p99_s: canaryP99, max_s: 1e-3, events: 500 }
  const verdict = judge({
    measured,
    metrics,
    accuracy: { floor: null, in_situ: canary, bound: boundOf(recording) },
    maxErrorRate: 0.2,
    saltedPrompts: true,
    retries: 0,
    promptCache: { state: 'off', text: null },
    ownTokenizer: true,
    alone: true,
    unknown: [],
  })
  return { metrics, value, rules: verdict.reasons.map(({ rule, status }) => `${rule} ${status}`), verdict }
}

test('counters that agree are no reason, and stand in the metrics', () => {
  const { metrics, rules } = judged(counters())
  expect(rules).toEqual([])
  expect(metrics.counter_difference).toMatchObject({ value: 0 })
  expect(metrics.server_ttft_difference).toMatchObject({ value: expect.closeTo(0.001, 9) })
  expect(metrics.server_e2e_difference).toMatchObject({ value: expect.closeTo(0.001, 9) })
  expect(metrics.cache_hit_share).toMatchObject({ value: 0 })
  expect(metrics.preemptions).toMatchObject({ value: 0 })
})

test.each([
  ['none known', null, 'the server tells no times of its own'],
  ['not told', { source: null, why: 'status 404 at /metrics' } as const, 'status 404 at /metrics'],
])('counters %s are no reason', (_, block, why) => {
  const { metrics, rules } = judged(block)
  expect(rules).toEqual([])
  expect(metrics.server_ttft_difference).toEqual({ unit: 's', value: null, note: why })
})

describe('tokens', () => {
  test.each([
    [1100 + 100 + 20, []],
    [1100 + 100 + 60, ['output_counter_parts suspect']],
    [1100 + 100 + 240, ['output_counter_parts invalid']],
    [1100 - 100 - 60, ['output_counter_parts suspect']],
  ])('%s output tokens by the counters for 1100 by the answers: %j', (output_tokens, expected) => {
    expect(judged(counters({ output_tokens })).rules).toEqual(expected)
  })
  test('prompt tokens are looked at too', () => {
    expect(judged(counters({ prompt_tokens: 1500 })).rules).toEqual(['prompt_counter_parts invalid'])
  })
  test('a failed request may have cost anything up to what it asked for', () => {
    const failed = good.map((spec, index) =>
      index % 10 === 9
        ? { ...spec, chunks: [], columns: { outcome: 'timeout' as const, askedOutputTokens: 500 } }
        : spec,
    )
    const times = { ttft_count: 90, ttft_sum_s: 9, e2e_count: 90, e2e_sum_s: 27 }
    const rules = (output_tokens: number) =>
      judged(counters({ requests: 95, output_tokens, ...times }), failed).rules.filter((rule) =>
        rule.includes('counter'),
      )
    expect(rules(990)).toEqual([])
    expect(rules(5900)).toEqual([])
    expect(rules(7000)).toEqual(['output_counter_parts invalid'])
  })
})

describe('others', () => {
  test.each([
    [103, ['others_used_the_server suspect']],
    [120, ['others_used_the_server invalid']],
  ])('%s requests counted, 100 sent: %j', (requests, expected) => {
    const { rules, verdict } = judged(
      counters({ requests, output_tokens: 2000, ttft_count: requests, e2e_count: requests }),
    )
    expect(rules).toEqual(expected)
    expect(verdict.reasons[0]?.text).toBe(
      `somebody else used the server: it counted ${requests} requests, 100 were ours`,
    )
  })
  test('a request in the server before the first of ours is somebody else too', () => {
    expect(judged(counters({}, 2)).rules).toEqual(['others_used_the_server suspect'])
  })
  test('counters of one of several servers are not compared', () => {
    const half = counters({ requests: 50, output_tokens: 550, prompt_tokens: 500, ttft_count: 50, e2e_count: 50 })
    const { rules, value } = judged(half)
    expect(rules).toEqual([])
    expect([value('counter_difference'), value('server_e2e_difference')]).toEqual([null, null])
  })
})

test('a preemption is a reason', () => {
  expect(judged(counters({ preemptions: 4 })).rules).toEqual(['preempted suspect'])
})

test.each([
  [30, []],
  [100, ['cached_prompts suspect']],
  [400, ['cached_prompts invalid']],
])('%s of 1000 salted prompt tokens from the cache, by the counters: %j', (cache_hits, expected) => {
  expect(judged(counters({ cache_hits })).rules).toEqual(expected)
})

describe("the server's own times", () => {
  test.each([
    ['a little less', 9.5, []],
    ['much less: something lies between', 8, ['more_than_the_transport suspect']],
    ['more than ours, by the grain of a clock', 10.05, []],
    ['more than ours', 10.3, ['less_than_the_servers_own suspect']],
    ['far more than ours', 12, ['less_than_the_servers_own invalid']],
  ])('TTFT %s', (_, ttft_sum_s, expected) => {
    expect(judged(counters({ ttft_sum_s })).rules).toEqual(expected)
  })
  test('a long way explains a large difference', () => {
    const far = good.map((spec) => ({ ...spec, columns: { ...spec.columns, connect: 20e6 } }))
    expect(judged(counters({ ttft_sum_s: 5.5 }), far).rules).toEqual([])
    expect(judged(counters({ ttft_sum_s: 3.5 }), far).rules).toEqual(['more_than_the_transport suspect'])
  })
  test('a client that was late itself explains it, and says so by another rule', () => {
    const { rules } = judged(counters({ ttft_sum_s: 8 }), good, 0.02)
    expect(rules.filter((rule) => rule.startsWith('more_than'))).toEqual([])
    expect(rules.filter((rule) => rule.startsWith('late_stamps'))).not.toEqual([])
  })
  test('of other requests than ours are not compared', () => {
    expect(judged(counters({ ttft_sum_s: 5, ttft_count: 99 })).rules).toEqual([])
  })

  const told = (timings: object) =>
    judged(
      null,
      good.map((spec) => ({ ...spec, columns: { ...spec.columns, serverTimings: JSON.stringify(timings) } })),
    )
  test.each([
    [{ prompt_ms: 99, predicted_ms: 200 }, 0.001, 0.001],
    [{ 'x-ms-run-fn-exec-ms': '250' }, null, 0.05],
    [{ total_duration: 299e6, eval_duration: 1 }, null, 0.001],
    [{ first_token_latency: 0.095, e2e_latency: 0.29 }, 0.005, 0.01],
  ])('come with the answers: %j', (timings, ttft, e2e) => {
    const { value } = told(timings)
    const differences = (['ttft', 'e2e'] as const).map((what) => value(`server_${what}_difference`)?.toFixed(6))
    expect(differences).toEqual([ttft?.toFixed(6), e2e.toFixed(6)])
  })
  test('that leave a queue out bound ours from below only', () => {
    expect(told({ prompt_ms: 10, predicted_ms: 20 }).rules).toEqual([])
    expect(told({ prompt_ms: 10, predicted_ms: 400 }).rules).toEqual(['less_than_the_servers_own invalid'])
    expect(told({ first_token_latency: 0.01, e2e_latency: 0.03 }).rules).toEqual([
      'more_than_the_transport suspect',
      'more_than_the_transport suspect',
    ])
  })
  test('that are no known words say nothing', () => {
    expect(told({ speed: 3 }).value('server_e2e_difference')).toBe(null)
  })
})
