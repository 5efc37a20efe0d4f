import { expect, test } from 'vitest'
import { NumberColumn } from './number-column.ts'

test.each([0, 1, 4096, 4097, 10_000])('%i rows', (rows) => {
  const column = new NumberColumn()
  for (let row = 0; row < rows; row++) column.push(row)
  for (let row = 0; row < rows; row += 3) column.add(row, 0.5)
  const array = column.toArray()
  expect(column.length).toBe(rows)
  expect(array).toEqual(Float64Array.from({ length: rows }, (_, row) => (row % 3 === 0 ? row + 0.5 : row)))
  expect(array.buffer.byteLength).toBe(rows * 8)
})
