import { expect, test } from 'vitest'
import { enter, newRecord, type RequestRecord, toColumns } from '../request-record.ts'
import { plannedRequest } from '../testing/plan.ts'
import { newRow } from './request-row.ts'
import { RequestStore } from './request-store.ts'

function changes(item: number): Partial<RequestRecord> {
  return {
    ...(item % 2 === 0 && { writeStart: 2 ** 33 + item, reused: true, requestIdReturned: `r${item}` }),
    ...(item % 3 === 0 && { httpStatus: 0, error: '', reused: false }),
    ...(item === 4000 && { tls: 5, adapter: 'a' }),
  }
}

test('rows come out as they were entered, in whatever order', () => {
  const store = new RequestStore()
  const rows = Array.from({ length: 4500 }, (_, item) => {
    const row = newRow()
    store.add(row)
    enter(row, plannedRequest(item), 'measure', 'ok')
    return row
  })
  for (let at = 0; at < rows.length; at++) {
    const item = (at * 7919) % rows.length
    Object.assign(rows[item]!, changes(item))
  }
  const records = rows.map((_, item) => ({ ...newRecord(plannedRequest(item), 'measure', 'ok'), ...changes(item) }))
  expect(store.finish()).toEqual(toColumns(records))
})

test('one object for row after row: each begins empty, and keeps what it was told', () => {
  const store = new RequestStore()
  const row = newRow()
  for (let item = 0; item < 3; item++) {
    store.add(row)
    enter(row, plannedRequest(item), 'measure', 'not_sent')
    expect([row.row, row.item, row.error, row.closed]).toEqual([item, item, null, null])
    row.closed = item
    row.error = `error ${item}`
    expect([row.error, row.closed]).toEqual([`error ${item}`, item])
  }
  expect(store.finish()).toMatchObject({ closed: [0, 1, 2], error: ['error 0', 'error 1', 'error 2'] })
})

test('what was told can be taken back', () => {
  const store = new RequestStore()
  const row = newRow()
  store.add(row)
  enter(row, plannedRequest(0), 'measure', 'ok')
  Object.assign(row, { firstByte: 5, requestIdReturned: 'a' })
  Object.assign(row, { firstByte: null, requestIdReturned: null, httpStatus: null, model: null })
  expect([row.firstByte, row.requestIdReturned, row.httpStatus, row.model]).toEqual([null, null, null, null])
  expect(store.finish()).toMatchObject({ firstByte: [null], requestIdReturned: [null], httpStatus: [null] })
})
