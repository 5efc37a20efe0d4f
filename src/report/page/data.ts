/** What the page's script is given: everything shown of a point that is not in the page's HTML already. */
export interface PageData {
  readonly figures: readonly PageFigure[]
  readonly charts: readonly PageChart[]
  readonly series: readonly PageSeries[]
  /** Names of the work asked for; points of one work can be compared. */
  readonly works: readonly string[]
  readonly points: readonly PagePoint[]
  /** How many requests of a point are embedded, and which. */
  readonly sampleRule: string
}

export interface PageFigure {
  /** As thresholds name it: `ttft.p50`. */
  readonly key: string
  /** Id of its metric, and of its definition in the page. */
  readonly metric: string
  /** Short name with its percentile: `TTFT p50`. */
  readonly name: string
  /** Of the shown value, which is the measured one times `scale`. */
  readonly unit: string
  readonly scale: number
  /** After the point, the same in a whole column. */
  readonly digits: number
  readonly better: 'higher' | 'lower' | null
}

/** `x` null: against the load. Of the keys in `y` the reader chooses one by its percentile. */
export interface PageChart {
  readonly id: string
  readonly title: string
  readonly x: string | null
  readonly y: readonly string[]
}

export interface PageSeries {
  readonly name: string
  readonly color: string
  /** `circle`, `square`, `diamond`, `triangle-up`, `triangle-down`, `triangle-right` */
  readonly shape: string
  /** Of its line, as SVG writes it; empty: whole. */
  readonly dash: string
}

export type PageStatus = 'valid' | 'suspect' | 'invalid'

/** Measured value, and its 95 % interval with null on an open side; or the bound that it is above; null: there is none. */
export type PageValue =
  | readonly [value: number, low: number | null, high: number | null]
  | { readonly above: number }
  | null

export interface PagePoint {
  /** Position in `series`. */
  readonly series: number
  /** Position in `works`. */
  readonly work: number
  readonly load: PageLoad
  /** Which of the point's runs, where there are several. */
  readonly run: number | null
  readonly status: PageStatus
  readonly reasons: readonly { readonly status: PageStatus; readonly text: string; readonly touches: string }[]
  /** In the order of `figures`. */
  readonly values: readonly PageValue[]
  readonly ok: number
  readonly failed: number
  /** What failed and how; empty: nothing. */
  readonly failures: string
  readonly thresholds: readonly { readonly met: boolean; readonly text: string }[]
  /** Other things to know of it: classic prompts, unequal work. */
  readonly marks: readonly string[]
  readonly requests: PageRequests
}

export interface PageLoad {
  readonly short: string
  readonly long: string
  /** Its place on an axis. */
  readonly order: number
  readonly closed: boolean
}

/** Columns, an entry a request, in order of sending. Milliseconds with one digit after the point; null is unknown. */
export interface PageRequests {
  /** How many the point has; more than the columns hold when they are a sample. */
  readonly of: number
  readonly number: readonly number[]
  readonly sent: readonly (number | null)[]
  readonly ttft: readonly (number | null)[]
  readonly e2e: readonly (number | null)[]
  readonly tokens: readonly (number | null)[]
  /** What ended otherwise than ok, by position in the columns. */
  readonly ended: Readonly<Record<string, string>>
}
