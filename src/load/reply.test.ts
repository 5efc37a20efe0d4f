import { expect, test } from 'vitest'
import type { Carried } from '../backends/backend.ts'
import { BlockPool, EventBuffer } from './event-buffer.ts'
import type { Chunk } from './record/chunk-log.ts'
import { Reply } from './reply.ts'
import { newRecord } from './request-record.ts'
import { createDecoder } from './testing/echo-decoder.ts'
import { plannedRequest } from './testing/plan.ts'

/** Events at times 10, 20, ... as one request; returns its row and the kinds of its chunks. */
function take(...events: Carried[]): {
  record: ReturnType<typeof newRecord>
  kinds: string[]
  carries: number[]
  malformed: string | null
} {
  const chunks: Chunk[] = []
  const record = newRecord(plannedRequest(0), 'measure', 'ok')
  const recorder = { addChunk: (chunk: Chunk) => chunks.push(chunk), addTextChunk: () => undefined }
  const reader = { textOf: (bytes: Buffer, start: number, end: number) => bytes.toString('utf8', start, end) }
  const reply = new Reply(record, recorder, reader, null)
  reply.begin(0, createDecoder())
  const buffer = new EventBuffer(new BlockPool())
  events.forEach((event, index) => {
    const bytes = Buffer.from(JSON.stringify(event))
    buffer.stamp((index + 1) * 10, 0, 0)
    buffer.append(bytes, 0, bytes.length)
    buffer.commit(null)
    buffer.take()
    reply.take(buffer)
  })
  const { malformed } = reply.end('')
  return {
    record,
    kinds: chunks.map(({ kind }) => kind),
    carries: chunks.map(({ carriesToken }) => (carriesToken ? 1 : 0)),
    malformed,
  }
}

const noCounts = { promptTokens: null, outputTokens: null, cachedTokens: null, reasoningTokens: null }

test('role, empty text, usage and finish carry no token', () => {
  const { record, kinds, carries } = take(
    { role: true, text: '' },
    { text: '' },
    { finishReason: 'stop' },
    { usage: noCounts },
    { end: true },
    {},
  )
  expect(kinds).toEqual(['role', 'text', 'end', 'usage', 'end', 'role'])
  expect(carries).toEqual([0, 0, 0, 0, 0, 0])
  expect(record.firstToken).toBe(null)
  expect([record.finished, record.usage, record.endMark]).toEqual([30, 40, 50])
})

test('a token without text is a token', () => {
  const { record, kinds, carries } = take({ text: '', tokens: 1 }, { tokens: 1, finishReason: 'stop' })
  expect(kinds).toEqual(['text', 'text'])
  expect(carries).toEqual([1, 1])
  expect([record.firstToken, record.lastToken, record.firstContent]).toEqual([10, 20, null])
  expect(record.streamOutputTokens).toBe(2)
})

test('first reasoning, content and tool call are kept apart', () => {
  const { record, kinds } = take({ role: true }, { reasoning: 'hm' }, { text: 'a' }, { toolCall: 'f' }, { text: 'b' })
  expect(kinds).toEqual(['role', 'reasoning', 'text', 'tool', 'text'])
  expect([record.firstToken, record.firstReasoning, record.firstContent, record.firstToolCall]).toEqual([
    20, 20, 30, 40,
  ])
  expect(record.lastToken).toBe(50)
})

test('tokens are not counted by the stream where one chunk does not tell', () => {
  expect(take({ text: 'a', tokens: 2 }, { text: 'b' }).record.streamOutputTokens).toBe(null)
  expect(take({ text: 'a', tokens: 2 }, { text: 'b', tokens: 3 }).record.streamOutputTokens).toBe(5)
})

test('the last usage counts, and what it leaves out is kept', () => {
  const { record } = take(
    { usage: { ...noCounts, promptTokens: 5, outputTokens: 1, cachedTokens: 2 } },
    { usage: { ...noCounts, outputTokens: 7 } },
  )
  expect([record.serverPromptTokens, record.serverOutputTokens, record.cachedTokens]).toEqual([5, 7, 2])
  expect(record.usage).toBe(20)
})

test('running usage that falls keeps its larger count', () => {
  const { record } = take(
    { usage: { ...noCounts, promptTokens: 5, outputTokens: 9 } },
    { usage: { ...noCounts, promptTokens: 5, outputTokens: 7 } },
  )
  expect([record.serverPromptTokens, record.serverOutputTokens]).toEqual([5, 9])
})

test("tokens after the end mark are not the protocol's", () => {
  const { record, kinds, malformed } = take({ text: 'a', finishReason: 'stop' }, { end: true }, { text: 'b' })
  expect(malformed).toContain('event 3 carries tokens after the end mark')
  expect(kinds).toEqual(['text', 'end', 'error'])
  expect(record.lastToken).toBe(10)
})

test('usage after the end mark, and tokens in the event that ends, are', () => {
  const { record, malformed } = take({ text: 'a' }, { text: 'b', end: true }, { usage: noCounts })
  expect(malformed).toBe(null)
  expect(record.lastToken).toBe(20)
})

test('where each event may be the last, the last one ends', () => {
  const { record, malformed } = take({ text: 'a', end: true }, { text: 'b', end: true })
  expect(malformed).toBe(null)
  expect([record.lastToken, record.endMark]).toEqual([20, 20])
})
