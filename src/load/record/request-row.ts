import { names, type RequestRecord } from '../request-record.ts'

type NumberName = {
  [Name in keyof RequestRecord]: RequestRecord[Name] extends number | null ? Name : never
}[keyof RequestRecord]

/** All that is no number; `satisfies` finds one that is missing. */
const others = {
  phase: true,
  reused: true,
  outcome: true,
  finishReason: true,
  error: true,
  session: true,
  model: true,
  adapter: true,
  requestIdSent: true,
  requestIdReturned: true,
  serverTimings: true,
} satisfies Record<Exclude<keyof RequestRecord, NumberName>, true>

export const numberNames = names.filter((name): name is NumberName => !(name in others))
export const otherNames = Object.keys(others) as (keyof typeof others)[]
export const rowsPerBlock = 1024

/** So many rows by column. A column that is null: all of its rows are; NaN: null. */
export interface RequestBlock {
  readonly numbers: (Float64Array | null)[]
  readonly others: (unknown[] | null)[]
}

export function newBlock(): RequestBlock {
  return { numbers: numberNames.map(() => null), others: otherNames.map(() => null) }
}

const noBlock = newBlock()

class RowPlace {
  block = noBlock
  at = 0
  /** Of the store. */
  row = -1
}

/** A row of a store, read and written where its columns are. */
export type RequestRow = RequestRecord & RowPlace

export function newRow(): RequestRow {
  return new RowPlace() as RequestRow
}

numberNames.forEach((name, index) => {
  Object.defineProperty(RowPlace.prototype, name, {
    get(this: RowPlace): number | null {
      const column = this.block.numbers[index]!
      if (column === null) return null
      const value = column[this.at]!
      return Number.isNaN(value) ? null : value
    },
    set(this: RowPlace, value: number | null) {
      const { numbers } = this.block
      if (value !== null) (numbers[index] ??= new Float64Array(rowsPerBlock).fill(NaN))[this.at] = value
      else if (numbers[index]) numbers[index][this.at] = NaN
    },
  })
})

otherNames.forEach((name, index) => {
  Object.defineProperty(RowPlace.prototype, name, {
    get(this: RowPlace): unknown {
      return this.block.others[index]?.[this.at] ?? null
    },
    set(this: RowPlace, value: unknown) {
      const { others: columns } = this.block
      if (value !== null) (columns[index] ??= new Array<unknown>(rowsPerBlock).fill(null))[this.at] = value
      else if (columns[index]) columns[index][this.at] = null
    },
  })
})
