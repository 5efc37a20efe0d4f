import { describe, expect, test } from 'vitest'
import type { BatchColumns, Recording } from '../recording/recording.ts'
import { closedLoopSpecs, makeRecording, type RequestSpec } from '../recording/testing.ts'
import { measure } from './measured.ts'
import { readRules } from './read-rules.ts'
import { somePoint } from './testing.ts'
import type { VerdictFacts } from './verdict-facts.ts'

const good = closedLoopSpecs({ clients: 1, count: 100, ttft: 0.1, gap: 0.02, tokens: 11 })

function finding(rule: string, recording: Recording) {
  const facts = { measured: measure(recording, somePoint) } as VerdictFacts
  return readRules.find(({ id }) => id === rule)!.judge(facts)
}

/** So many answers of 11 chunks have one pair in a read. */
const paired = (answers: number, foundAtOnce: boolean): RequestSpec[] =>
  good.map((spec, row) =>
    row >= answers
      ? spec
      : {
          ...spec,
          chunks: spec.chunks!.map((at, index) => ({
            at: at as number,
            sameRead: index === 5,
            foundAtOnce: index === 4 && foundAtOnce,
          })),
        },
  )

describe.each([
  ['coalesced_reads', true],
  ['buffered_reads', false],
] as const)('%s', (rule, foundAtOnce) => {
  test.each([
    [10, null],
    [20, 'suspect'],
  ])('%s of 1000 gaps inside one read: %s', (answers, expected) => {
    expect(finding(rule, makeRecording(paired(answers, foundAtOnce)))?.status ?? null).toBe(expected)
  })

  test('does not speak of the other kind', () => {
    expect(finding(rule, makeRecording(paired(100, !foundAtOnce)))).toBeNull()
  })
})

test.each([
  [60, 'invalid'],
  [40, 'suspect'],
] as const)('%s of 1000 gaps in reads that the client came late to: %s', (answers, expected) => {
  const rule = answers === 60 ? 'coalesced_reads' : 'buffered_reads'
  expect(finding(rule, makeRecording(paired(answers, answers === 60)))?.status).toBe(expected)
})

test('a read that the client waited for, but had no core for as long as a gap, may have collected its chunks there', () => {
  const late = makeRecording(paired(60, false), { runDelay: [0.12] })
  expect(finding('coalesced_reads', late)?.status).toBe('invalid')
  expect(finding('buffered_reads', late)).toBeNull()
})

test('however long the first token took', () => {
  const chunks = Array.from({ length: 20 }, (_, index) => ({ at: 10, sameRead: index > 0 }))
  const late = makeRecording([{ sent: 0, chunks }], { runDelay: [0.12] })
  expect(finding('coalesced_reads', late)?.status).toBe('invalid')
  expect(finding('buffered_reads', late)).toBeNull()
})

test('a proxy that holds an answer back is described by its worst answer', () => {
  const chunks = Array.from({ length: 50 }, (_, index) => ({ at: index < 25 ? 1 : 2, sameRead: index % 25 > 0 }))
  const found = finding('buffered_reads', makeRecording([{ sent: 0, chunks }]))
  expect(found).toEqual({
    status: 'invalid',
    text: 'the server, or a proxy before it, sends several chunks at once: 50 chunks of an answer came in 2 reads, and 98 % of the gaps between chunks have no time of their own; of nginx: proxy_buffering off and proxy_http_version 1.1',
  })
})

describe('a crowded loop', () => {
  /** One poll each ms for a second, thread by thread. */
  const polled = (...reads: readonly number[]): Recording => {
    const recording = makeRecording([{ sent: 0, chunks: [0.5, 1] }], { moments: { measureStart: 0, measureEnd: 1 } })
    const length = reads.length * 1000
    const column = (value: (row: number) => number) => Array.from({ length }, (_, row) => value(row))
    const batches: BatchColumns = {
      length,
      time: Float64Array.from(column((row) => (row % 1000) * 1e6)),
      busy: new Float64Array(length),
      runDelay: new Float64Array(length),
      waited: new Uint8Array(length),
      thread: Uint8Array.from(column((row) => Math.floor(row / 1000))),
      reads: Int32Array.from(column((row) => reads[Math.floor(row / 1000)]!)),
    }
    return { ...recording, batches }
  }

  test.each([
    ['70,000 reads a second in one thread', polled(70), /read 70000 times a second .* use more load threads/],
    ['1,000 sockets ready at once', polled(1000), /1000 sockets of one load thread were ready at once/],
  ])('%s', (_, recording, text) => {
    expect(finding('crowded_loop', recording)).toMatchObject({ status: 'suspect', text: expect.stringMatching(text) })
  })

  test('the same over two threads is none', () => {
    expect(finding('crowded_loop', polled(35, 35))).toBeNull()
  })
})
