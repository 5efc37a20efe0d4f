import type { AnyResult } from '../../result/read-result.ts'
import type { ExportedRequest } from './exported-request.ts'

/** A stored point on its way out. */
export interface ExportedPoint {
  /** Name of its directory among those exported. */
  readonly directory: string
  /** File name without `.json`. */
  readonly name: string
  readonly result: AnyResult
  /** The measured requests in order of sending, failed ones too where the file has them. */
  readonly requests: readonly ExportedRequest[]
  /** Counts the tokens of a text; null: the counts of the file stand. */
  readonly count: ((text: string) => number) | null
}

export interface ExportInput {
  readonly points: readonly ExportedPoint[]
  /** Files that could not be read, one line each. */
  readonly problems: readonly string[]
  /** All directories read, those without a result too. */
  readonly directories: readonly string[]
}

/** A way out of the suite: one file of this folder and one line of its index. */
export interface ExportFormat {
  readonly id: string
  /** What it is, in one line. */
  readonly about: string
  /** It needs token counts, which take long where only the texts are stored. */
  readonly countsTokens: boolean
  write(input: ExportInput): Promise<ExportedFile[]>
}

export interface ExportedFile {
  /** Relative path. */
  readonly name: string
  readonly content: string | Uint8Array
}
