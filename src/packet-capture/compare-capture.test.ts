import { expect, test } from 'vitest'
import { makeRecording } from '../recording/testing.ts'
import { capturedReplies } from './captured-replies.ts'
import { compareCapture } from './compare-capture.ts'
import { readPcap } from './pcap.ts'
import { fakePcap, type FakeSegment } from './testing.ts'

const epochSeconds = 1_700_000_000
const client = 40_000
const server = 8000

/** A keep-alive connection: requests one after the other, each event of an answer in a frame of its own. */
function conversation(
  exchanges: readonly { id: string; sent: number; events: readonly number[]; type?: string }[],
): FakeSegment[] {
  const segments: FakeSegment[] = [
    { at: 0, from: client, to: server, sequence: 0, opens: true },
    { at: 0, from: server, to: client, sequence: 0, opens: true },
  ]
  let [asked, answered] = [1, 1]
  const ask = (at: number, text: string) => {
    segments.push({ at, from: client, to: server, sequence: asked, text })
    asked += text.length
  }
  const answer = (at: number, text: string) => {
    segments.push({ at, from: server, to: client, sequence: answered, text })
    answered += text.length
  }
  for (const { id, sent, events, type = 'text/event-stream' } of exchanges) {
    ask(sent, `POST /v1 HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\nContent-Length: 4\r\n\r\n{"a"`)
    answer(sent + 0.001, `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nTransfer-Encoding: chunked\r\n\r\n`)
    for (const at of events) {
      // An event counts from the frame that completes it.
      answer(at - 0.0005, 'a\r\ndata: {"n"')
      answer(at, '\r\n6\r\n:1}\n\n\n\r\n')
    }
    answer(events.at(-1) ?? sent, '0\r\n\r\n')
  }
  return segments
}

const replies = (segments: readonly FakeSegment[]) =>
  capturedReplies(readPcap(fakePcap(segments, { epochSeconds }), 'x.pcap'), server)

const exchanges = [
  { id: 'r0', sent: 1, events: [1.1, 1.12] },
  { id: 'r1', sent: 2, events: [2.3, 2.34] },
]

test('requests and events of one connection are told apart, each event at the frame that completed it', () => {
  expect(replies(conversation(exchanges))).toEqual([
    { requestId: 'r0', sent: 1e9, events: [1.1e9, 1.12e9] },
    { requestId: 'r1', sent: 2e9, events: [2.3e9, 2.34e9] },
  ])
})

test('frames of other ports are left alone', () => {
  const others = conversation(exchanges).map((segment) => ({ ...segment, to: segment.to + 1, from: segment.from + 1 }))
  expect(replies(others)).toEqual([])
})

const recorded = (lag: number) =>
  makeRecording(
    exchanges.map(({ id, sent, events }) => ({
      sent: sent - 0.0002,
      chunks: events.map((at) => at - sent + 0.0002 + lag),
      columns: { requestIdSent: id },
    })),
    { wallSeconds: epochSeconds },
  )

test.each([0.0003, 0.004])('stamps late by %f s are found to be so', (lag) => {
  const comparison = compareCapture(recorded(lag), replies(conversation(exchanges)), epochSeconds)
  expect(comparison).toMatchObject({ requests: 2, paired: 2, chunks: 4 })
  expect(comparison.chunkLag.p50).toBeCloseTo(lag, 7)
  expect(comparison.sendLead.p50).toBeCloseTo(0.0002, 7)
})

test('times by the kernel are those of the frames', () => {
  const { ttft, itl } = compareCapture(recorded(0.001), replies(conversation(exchanges)), epochSeconds)
  expect(ttft.kernel.min).toBeCloseTo(0.1, 7)
  expect(ttft.ours.min).toBeCloseTo(0.1012, 7)
  expect(itl.kernel.max).toBeCloseTo(0.04, 7)
  expect(itl.ours.max).toBeCloseTo(0.04, 7)
})

test('a request with a part missing from the capture is counted as not found', () => {
  const cut = conversation(exchanges).filter(({ at }) => at < 2.335)
  expect(compareCapture(recorded(0), replies(cut), epochSeconds)).toMatchObject({ requests: 2, paired: 1 })
})
