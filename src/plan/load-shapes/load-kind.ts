import type { LoadShape } from '../types.ts'

/** How people name a load. */
export interface LoadWords {
  /** In labels: `clients=8`, `rate=4`. */
  readonly name: string
  /** In result files' names: `clients8`, `rate4`. */
  readonly file: string
  /** In tables and beside a plot's points: `8`, `4/s`. */
  readonly short: string
  /** In sentences: `8 clients`, `4 requests/s`. */
  readonly long: string
  /** Points of a curve go in this order. */
  readonly order: number
}

/** What the rest of the suite asks a load shape. One file a shape. */
export interface LoadKind<Shape extends LoadShape> {
  words(shape: Shape): LoadWords
  /** What the words leave out: a point where it is not the default gets a hash in its file's name. */
  unnamed(shape: Shape): Readonly<Record<string, unknown>>
  /** Measured requests that are planned. `asked`: by the user, null: by the shape. */
  requests(shape: Shape, asked: number | null, seed: number): number
  /** Requests in flight for which a server that we start must be ready. */
  concurrency(shape: Shape): number
  /** Requests sent at once in a round of the warm-up. */
  warmupPerRound(shape: Shape): number
  /** Closed-loop clients; null in an open loop. */
  clients(shape: Shape): number | null
  /** Time in which the measured requests are sent, where the shape says it. */
  sendingSeconds(shape: Shape, requests: number): number | null
  /** As the result file has it, in snake case. */
  stored(shape: Shape): Readonly<Record<string, unknown>>
}
