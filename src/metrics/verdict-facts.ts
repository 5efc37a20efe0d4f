import type { AccuracyBlock, MetricBlock, PromptCacheBlock } from '../result/schema.ts'
import type { Measured } from './measured.ts'

/** What a point is judged by. */
export interface VerdictFacts {
  readonly measured: Measured
  readonly metrics: Readonly<Record<string, MetricBlock>>
  readonly accuracy: AccuracyBlock
  /** Largest share of measured requests that may fail. */
  readonly maxErrorRate: number
  /** Each prompt begins with a salt of its own, so that no cache can know it. */
  readonly saltedPrompts: boolean
  /** How often a request might be sent again (`--retries`). */
  readonly retries: number
  /** What became of the server's cache of prompts before the point. */
  readonly promptCache: PromptCacheBlock
  /** Prompts were shaped and answers counted with the model's own vocabulary, as far as its name tells. */
  readonly ownTokenizer: boolean
  /** Other runs on this host were kept out. */
  readonly alone: boolean
  /** Sentences on inputs that could not be read or counted. */
  readonly unknown: readonly string[]
}
