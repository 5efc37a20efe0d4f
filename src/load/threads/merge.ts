import type { Moments, Series } from '../../recording/recording.ts'
import type { RawPart } from '../record/assemble.ts'
import { columnsOf, newRecord, type RecordColumns, toColumns } from '../request-record.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import type { ThreadPart } from './task.ts'

/** The requests of all threads in the order of sending, and the place of each thread's own. */
export function mergeRequests(parts: readonly ThreadPart[]): { requests: RecordColumns; parts: RawPart[] } {
  const order = parts
    .flatMap(({ record }, part) => Array.from(record.added, (added, row) => ({ part, row, added })))
    .sort((a, b) => a.added - b.added)
  const rowOf = parts.map(({ record }) => new Int32Array(record.added.length))
  order.forEach(({ part, row }, at) => (rowOf[part]![row] = at))
  const merged = columnsOf((name) => order.map(({ part, row }) => parts[part]!.record.requests[name][row]))
  // Each thread numbers its connections from 0.
  const connection = merged.connection.map((id, row) => (id === null ? null : id * parts.length + order[row]!.part))
  return {
    requests: { ...merged, connection },
    parts: parts.map(({ record }, part) => {
      const { chunksOf, textOf, chunks, batches, batchCount, readCount } = record
      return { rowOf: rowOf[part]!, chunksOf, textOf, chunks, batches, batchCount, readCount }
    }),
  }
}

/** Adds those that no thread took, as not sent. */
export function withUntaken(
  sent: RecordColumns,
  parts: readonly ThreadPart[],
  requests: readonly PreparedRequest[],
): RecordColumns {
  const taken = new Set(parts.flatMap((part) => [...part.taken]))
  const rest = requests.filter(({ index }) => !taken.has(index))
  const added = toColumns(rest.map((request) => newRecord(request, 'measure', 'not_sent')))
  return columnsOf((name) => [...sent[name], ...added[name]])
}

export function mergeMoments(parts: readonly ThreadPart[]): Moments {
  const of = (name: keyof Moments): number[] => parts.flatMap(({ moments }) => moments[name] ?? [])
  const first = (name: keyof Moments): number | null => (of(name).length === 0 ? null : Math.min(...of(name)))
  const last = (name: keyof Moments): number | null => (of(name).length === 0 ? null : Math.max(...of(name)))
  return {
    warmupStart: first('warmupStart'),
    warmupEnd: last('warmupEnd'),
    measureStart: first('measureStart'),
    measureEnd: last('measureEnd'),
    allStarted: of('allStarted').length === parts.length ? last('allStarted') : null,
    firstIdle: first('firstIdle'),
  }
}

/** Each thread's series under its own name: `load.thread_cpu.0`, `load.thread_cpu.1`. */
export function mergeSeries(parts: readonly ThreadPart[]): Series[] {
  return parts.flatMap(({ series }, place) => series.map((one) => ({ ...one, name: `${one.name}.${place}` })))
}
