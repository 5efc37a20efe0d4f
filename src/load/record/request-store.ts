import { columnsOf, type RecordColumns, type RequestRecord } from '../request-record.ts'
import { newBlock, numberNames, otherNames, type RequestBlock, type RequestRow, rowsPerBlock } from './request-row.ts'

/**
 * The rows of requests, by column. As objects they would be moved from place to place by the garbage collector, while the
 * loop waits, and take three times the memory.
 */
export class RequestStore {
  readonly #blocks: RequestBlock[] = []
  #length = 0

  /** Points `row` at a new one, which is empty. */
  add(row: RequestRow): void {
    const at = this.#length % rowsPerBlock
    if (at === 0) this.#blocks.push(newBlock())
    row.block = this.#blocks.at(-1)!
    row.at = at
    row.row = this.#length++
  }

  finish(): RecordColumns {
    return columnsOf((name) => this.#column(name))
  }

  #column(name: keyof RequestRecord): unknown[] {
    const number = (numberNames as readonly string[]).indexOf(name)
    const other = (otherNames as readonly string[]).indexOf(name)
    const column = this.#blocks.flatMap(({ numbers, others }) =>
      number >= 0 ? numbersOf(numbers[number]!) : (others[other] ?? nothing),
    )
    column.length = this.#length
    return column
  }
}

const nothing = new Array<null>(rowsPerBlock).fill(null)

function numbersOf(column: Float64Array | null): (number | null)[] {
  return column === null ? nothing : Array.from(column, (value) => (Number.isNaN(value) ? null : value))
}
