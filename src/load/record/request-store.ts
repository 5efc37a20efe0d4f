import { columnsOf, names, type RecordColumns, type RequestRecord } from '../request-record.ts'

const rowsPerBlock = 4096

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

const numberNames = names.filter((name): name is NumberName => !(name in others))
const otherNames = Object.keys(others) as (keyof typeof others)[]

/** So many rows by column. NaN: null. */
interface Block {
  readonly numbers: readonly Float64Array[]
  readonly others: readonly unknown[][]
}

/**
 * The rows of requests. One that has ended is kept by column: as an object it would be moved from place to place by the
 * garbage collector, while the loop waits, and take three times the memory.
 */
export class RequestStore {
  readonly #blocks: Block[] = []
  readonly #open: (RequestRecord | null)[] = []

  get length(): number {
    return this.#open.length
  }

  /** Returns the row. */
  add(record: RequestRecord): number {
    if (this.length % rowsPerBlock === 0) this.#blocks.push(newBlock())
    return this.#open.push(record) - 1
  }

  /** Nothing in the record changes any more. */
  close(row: number): void {
    const record = this.#open[row]
    if (record === null || record === undefined) return
    this.#open[row] = null
    const { numbers, others: values } = this.#blocks[Math.floor(row / rowsPerBlock)]!
    const at = row % rowsPerBlock
    for (let index = 0; index < numberNames.length; index++) {
      numbers[index]![at] = record[numberNames[index]!] ?? NaN
    }
    for (let index = 0; index < otherNames.length; index++) values[index]![at] = record[otherNames[index]!]
  }

  finish(): RecordColumns {
    for (let row = 0; row < this.length; row++) this.close(row)
    return columnsOf((name) => this.#column(name))
  }

  #column(name: keyof RequestRecord): unknown[] {
    const number = (numberNames as readonly string[]).indexOf(name)
    const other = (otherNames as readonly string[]).indexOf(name)
    const column = this.#blocks.flatMap(({ numbers, others: values }) =>
      number >= 0 ? Array.from(numbers[number]!, orNull) : values[other]!,
    )
    column.length = this.length
    return column
  }
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value
}

function newBlock(): Block {
  return {
    numbers: numberNames.map(() => new Float64Array(rowsPerBlock)),
    others: otherNames.map(() => new Array<unknown>(rowsPerBlock).fill(null)),
  }
}
