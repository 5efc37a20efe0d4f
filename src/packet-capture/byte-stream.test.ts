import { expect, test } from 'vitest'
import { ByteStream } from './byte-stream.ts'

function streamed(segments: readonly [sequence: number, text: string, time: number][], opensAt = 99) {
  const taken: [string, number][] = []
  const stream = new ByteStream((bytes, time) => taken.push([bytes.toString(), time]))
  const segment = (sequence: number, text: string, time: number, opens: boolean) => ({
    from: 'a:1',
    to: 'b:2',
    sequence,
    payload: Buffer.from(text),
    time,
    opens,
  })
  stream.add(segment(opensAt, '', 0, true))
  for (const [sequence, text, time] of segments) stream.add(segment(sequence, text, time, false))
  return taken
}

test('bytes that come early wait for those before them, and count from then', () => {
  expect(
    streamed([
      [100, 'ab', 1],
      [104, 'ef', 2],
      [102, 'cd', 3],
    ]),
  ).toEqual([
    ['ab', 1],
    ['cd', 3],
    ['ef', 3],
  ])
})

test('bytes sent again are taken once', () => {
  expect(
    streamed([
      [100, 'abc', 1],
      [100, 'abc', 2],
      [101, 'bcde', 3],
    ]),
  ).toEqual([
    ['abc', 1],
    ['de', 3],
  ])
})

test('sequence numbers wrap', () => {
  expect(
    streamed(
      [
        [0xff_ff_ff_ff, 'ab', 1],
        [1, 'cd', 2],
      ],
      0xff_ff_ff_fe,
    ),
  ).toEqual([
    ['ab', 1],
    ['cd', 2],
  ])
})
