import { expect, test } from 'vitest'
import { sseEvents } from './sse-text.ts'

test.each([
  [
    'data: a\n\ndata: b\n\n',
    [
      ['a', null],
      ['b', null],
    ],
  ],
  [
    'data:a\r\n\r\ndata:  b\r\r',
    [
      ['a', null],
      [' b', null],
    ],
  ],
  ['\uFEFF: ping\n\nevent: error\ndata: x\ndata: y\n\n', [['x\ny', 'error']]],
  ['event: e\n\ndata: a\nid: 7\nretry: 5\n\n', [['a', null]]],
  ['data\n\n', [['', null]]],
  ['data: whole\n\ndata: cut', [['whole', null]]],
])('%j', (text, expected) => {
  expect(sseEvents(text).map((one) => [one.data, one.event])).toEqual(expected)
})
