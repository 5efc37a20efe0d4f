import { expect, test } from 'vitest'
import type { ReplyEnd, TransportEnd } from './outcome.ts'
import { judge } from './outcome.ts'

const success = { finishReasons: ['stop'], endMarkSuffices: false }
const complete: TransportEnd = { kind: 'complete' }
const reset: TransportEnd = { kind: 'failed', outcome: 'connection_error', text: 'reset' }
const nothing: ReplyEnd = { finishReason: null, endMark: false, error: null, malformed: null, hint: '' }

test.each<[string, TransportEnd, Partial<ReplyEnd>, string]>([
  ['a finish that means success', complete, { finishReason: 'stop' }, 'ok'],
  ['a finish that does not', complete, { finishReason: 'abort' }, 'stream_error'],
  ['no finish', complete, {}, 'truncated'],
  ['only the end mark', complete, { endMark: true }, 'truncated'],
  ['an error event beside a finish', complete, { error: 'x', finishReason: 'stop' }, 'stream_error'],
  ['an error event, then a reset', reset, { error: 'x' }, 'stream_error'],
  ['a finish, then a reset', reset, { finishReason: 'stop', endMark: true }, 'connection_error'],
  ['unreadable events', complete, { malformed: 'x', finishReason: 'stop' }, 'protocol_error'],
  ['unreadable events, then a reset', reset, { malformed: 'x' }, 'connection_error'],
  ['an abort after an error event', { kind: 'failed', outcome: 'cancelled', text: '' }, { error: 'x' }, 'cancelled'],
])('%s', (_, transport, reply, outcome) => {
  expect(judge(transport, { ...nothing, ...reply }, success).outcome).toBe(outcome)
})

test('the end mark suffices where the backend declares it', () => {
  const rule = { finishReasons: [], endMarkSuffices: true }
  expect(judge(complete, { ...nothing, endMark: true }, rule).outcome).toBe('ok')
})
