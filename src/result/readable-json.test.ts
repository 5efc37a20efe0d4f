import { expect, test } from 'vitest'
import { readableJson } from './readable-json.ts'

test('columns and items stand on one line each', () => {
  expect(readableJson({ a: { b: [1, null, 'x'] }, items: [{ c: 1, d: [2] }, { c: 3 }], empty: {} })).toBe(
    [
      '{',
      '  "a": {',
      '    "b": [1,null,"x"]',
      '  },',
      '  "items": [',
      '    {"c":1,"d":[2]},',
      '    {"c":3}',
      '  ],',
      '  "empty": {}',
      '}',
      '',
    ].join('\n'),
  )
})

test('says the same as plain JSON', () => {
  const value = { a: [[1], []], b: undefined, c: [{ d: null }], e: 'ü"\n', f: NaN }
  expect(JSON.parse(readableJson(value))).toEqual(JSON.parse(JSON.stringify(value)))
})
