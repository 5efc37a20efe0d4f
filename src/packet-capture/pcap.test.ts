import { expect, test } from 'vitest'
import { readPcap } from './pcap.ts'
import { segmentOf } from './segment.ts'
import { fakePcap } from './testing.ts'

const two = [
  { at: 0.25, from: 40_000, to: 8000, sequence: 1, text: 'a' },
  { at: 3.000_001, from: 8000, to: 40_000, sequence: 1, text: 'bc' },
]

test.each([
  { nanoseconds: true, bigEndian: false },
  { nanoseconds: false, bigEndian: false },
  { nanoseconds: true, bigEndian: true },
  { nanoseconds: false, bigEndian: true },
])('times are ns since the second of the first frame: %o', (form) => {
  const capture = readPcap(fakePcap(two, form), 'x.pcap')
  expect(capture.epochSeconds).toBe(1_700_000_000)
  expect(capture.frames.map(({ time }) => time)).toEqual([250_000_000, 3_000_001_000])
})

test('a frame that was not written to its end is left out', () => {
  expect(readPcap(fakePcap(two).subarray(0, -1), 'x.pcap').frames).toHaveLength(1)
})

test('another kind of file is told how a capture is written', () => {
  expect(() => readPcap(Buffer.from('{"servemark": 1, "something": "long enough"}'), 'x.json')).toThrow(
    /x\.json is no pcap file; write one with tcpdump/,
  )
})

test('frames that were cut are refused', () => {
  const bytes = fakePcap(two)
  bytes.writeUInt32LE(bytes.readUInt32LE(32) + 10, 36)
  expect(() => readPcap(bytes, 'x.pcap')).toThrow(/cut at 61 bytes; capture whole frames/)
})

test('the padding of a short frame is no payload', () => {
  const capture = readPcap(fakePcap(two), 'x.pcap')
  expect(capture.frames.map((frame) => segmentOf(frame, capture.linkType)?.payload.toString())).toEqual(['a', 'bc'])
})

test('a link type that is not known is named', () => {
  const capture = readPcap(fakePcap(two), 'x.pcap')
  expect(() => segmentOf(capture.frames[0]!, 105)).toThrow(/link type 105/)
})
