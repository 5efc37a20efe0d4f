import { expect, test } from 'vitest'
import { newRecord, toColumns, type RequestRecord } from '../request-record.ts'
import { plannedRequest } from '../testing/plan.ts'
import { RequestStore } from './request-store.ts'

function record(item: number): RequestRecord {
  const made = newRecord(plannedRequest(item), 'measure', 'ok')
  if (item % 2 === 0) Object.assign(made, { writeStart: 2 ** 33 + item, reused: true, requestIdReturned: `r${item}` })
  if (item % 3 === 0) Object.assign(made, { httpStatus: 0, error: '' })
  return made
}

test('rows come out as they were put in, in whatever order they were closed', () => {
  const records = Array.from({ length: 9000 }, (_, item) => record(item))
  const store = new RequestStore()
  for (const one of records) store.add(one)
  for (let row = 0; row < 9000; row++) store.close((row * 7919) % 9000)
  expect(store.finish()).toEqual(toColumns(records))
})

test('a row that was never closed is told as it stands in the end', () => {
  const store = new RequestStore()
  const open = record(1)
  store.add(open)
  open.error = 'cancelled'
  expect(store.finish().error).toEqual(['cancelled'])
})

test('what changes in a record after its row was closed is not told', () => {
  const store = new RequestStore()
  const one = record(1)
  store.close(store.add(one))
  one.error = 'late'
  store.close(0)
  expect(store.finish().error).toEqual([null])
})
