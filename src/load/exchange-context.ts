import type { Decoder, SuccessRule } from '../backends/backend.ts'
import type { DecodeQueue } from './decode-queue.ts'
import type { BlockPool } from './event-buffer.ts'
import type { LimitsNs, LimitSweep } from './limits.ts'
import type { Recorder } from './record/recorder.ts'
import type { EventKinds } from './repeat.ts'
import type { RetryRule } from './retry.ts'
import type { RunningTransport } from './transport/transport.ts'

/** What the requests of a run share. */
export interface ExchangeContext {
  readonly now: () => number
  readonly transport: RunningTransport
  readonly sweep: LimitSweep
  readonly decoding: DecodeQueue
  readonly blocks: BlockPool
  readonly recorder: Recorder
  readonly limits: LimitsNs
  readonly success: SuccessRule
  readonly timingHeader: string | undefined
  readonly createDecoder: () => Decoder
  /** Null: the decoder knows no events that are alike. */
  readonly kinds: EventKinds | null
  readonly retry: RetryRule
  /** Tokens that a decoded event carried. */
  readonly onTokens: (tokens: number) => void
  /** A stamp lay before its own send and was replaced by the read's time. */
  readonly onReplacedStamp: () => void
}
