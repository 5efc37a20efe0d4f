import { describe, expect, test } from 'vitest'
import { BlockPool, EventBuffer } from '../event-buffer.ts'
import { sseFixtures } from '../testing/sse-fixtures.ts'
import type { Framer } from './framer.ts'
import { framers } from './index.ts'

type Events = (readonly [event: string | null, data: string])[]

function frame(framer: Framer, pieces: readonly Buffer[]): Events {
  const buffer = new EventBuffer(new BlockPool())
  for (const piece of pieces) framer.feed(piece, 0, piece.length, buffer)
  framer.finish(buffer)
  const events: Events = []
  while (buffer.take()) events.push([buffer.name, buffer.data.toString('utf8', buffer.start, buffer.end)])
  return events
}

/** The different results over all splits in two and the split into single bytes, and after a body that was cut anywhere. */
function framings(make: () => Framer, text: string | Buffer): Events[] {
  const bytes = Buffer.from(text as string)
  const used = make()
  const afterCut = (at: number): Events => {
    used.feed(bytes, 0, at, new EventBuffer(new BlockPool()))
    used.begin()
    return frame(used, [bytes])
  }
  const results = [
    frame(
      make(),
      [...bytes].map((byte) => Buffer.from([byte])),
    ),
  ]
  for (let at = 0; at <= bytes.length; at++) {
    results.push(frame(make(), [bytes.subarray(0, at), bytes.subarray(at)]), afterCut(at))
  }
  return [...new Set(results.map((events) => JSON.stringify(events)))].map((json) => JSON.parse(json) as Events)
}

describe('server-sent events', () => {
  test.each(sseFixtures)('$name', ({ bytes, events }) => {
    expect(framings(framers.sse, bytes)).toEqual([events])
  })
})

test('a JSON body is one event', () => {
  expect(framings(framers.json, '{"a":\n"ü"}\n')).toEqual([[[null, '{"a":\n"ü"}\n']]])
})

test('an empty JSON body is no event', () => {
  expect(framings(framers.json, '')).toEqual([[]])
})

test('each line of NDJSON is an event, blank lines are not, the last needs no line end', () => {
  expect(framings(framers.ndjson, '{"a":"é"}\r\n\n \n{"b":2}\n{"c":3}')).toEqual([
    [
      [null, '{"a":"é"}\r'],
      [null, '{"b":2}'],
      [null, '{"c":3}'],
    ],
  ])
})

test('a zero byte ends an event of zero-delimited JSON', () => {
  expect(framings(framers['nul-json'], '{"a":1}\0{"b":\n2}\0\n')).toEqual([
    [
      [null, '{"a":1}'],
      [null, '{"b":\n2}'],
    ],
  ])
})
