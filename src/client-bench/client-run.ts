/** What a client measured, in columns. Times are CLOCK_MONOTONIC, ns. */
export interface ClientRun {
  readonly startNs: number
  readonly endNs: number
  /** One a request, warm-up left out. */
  readonly id: Float64Array
  /** NaN where no time was given. */
  readonly intended: Float64Array
  readonly writeStart: Float64Array
  /** Place of a request's first chunk; the last chunk is followed by the next request's. */
  readonly chunkStart: Float64Array
  /** One a chunk that carries a token. */
  readonly time: Float64Array
  /** Number of the read that brought it; null where the client does not see reads. */
  readonly read: Float64Array | null
  readonly selfReported: SelfReported | null
}

/** What a client itself says that its stamps are off by. */
export interface SelfReported {
  /** Of the canary's events; null: too few. */
  readonly canaryP99Ns: number | null
  /** Work of the loop before each poll. */
  readonly boundP99Ns: number | null
}

export function chunksOf({ chunkStart, time }: Pick<ClientRun, 'chunkStart' | 'time'>, row: number): [number, number] {
  return [chunkStart[row] ?? time.length, chunkStart[row + 1] ?? time.length]
}
