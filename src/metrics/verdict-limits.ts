import type { Limits } from './verdict-rule.ts'

/**
 * Every bound of the verdict. Over `suspect` something is not proven or not as planned, over `invalid` the numbers are not to be
 * used. Shares, unless a line says otherwise.
 */
export const verdictLimits = {
  /** p99 of what stamps may be off by: the larger of a share of the smallest quantile shown and a time in seconds. */
  lateStamps: { suspect: { share: 0.02, seconds: 200e-6 }, invalid: { share: 0.1, seconds: 1e-3 } },
  /** Gaps between chunks that lie inside one read that the load generator came late to. */
  coalesced: { suspect: 0.01, invalid: 0.05 },
  /** The same of reads that it was waiting for: the times are right, but of what somebody held back. */
  buffered: { suspect: 0.01, invalid: 0.2 },
  /** Reads a second of one load thread, and sockets ready at once in it. */
  crowded: { readsPerSecond: 60_000, ready: 1000 },
  /** Answers that came in one piece though a stream was asked for. */
  singleChunk: { suspect: 0.01, invalid: 0.05 },

  /** p99 of how late sends were: the larger of a time in seconds and a share of the mean gap between them. */
  lateSends: { suspect: { share: 0.05, seconds: 1e-3 }, invalid: { share: 0.25, seconds: 1e-3 } },
  /** Rate of an open loop missing from the planned one. */
  missingRate: { suspect: 0.02, invalid: 0.1 },
  /** Requests on the wire missing from the clients of a closed loop. */
  missingLoad: { suspect: 0.02, invalid: 0.1 },
  /** Time spent waiting for the last answers. */
  drain: { suspect: 0.2, invalid: 0.5 },
  /** Means of two halves differ by more than `share`, and by more than so many standard errors; of `requests` or more each. */
  halves: { share: 0.1, errors: 3, requests: 10 },
  /** Requests in flight by count against rate x mean time. */
  littlesLaw: { suspect: 0.02, invalid: 0.1 },

  /** Cores' time taken by other machines. It is counted in ticks of 10 ms, of which a virtual machine always loses some. */
  steal: { suspect: 0.001, invalid: 0.01 },
  /** Time without CPU quota. */
  throttled: { suspect: 0, invalid: 0.01 },

  /** Output tokens counted against those asked for, in sum and by request. */
  outputLength: { suspect: 0.02, invalid: 0.1 },
  /** Answers that ended by length before the length asked for. */
  clamped: { suspect: 0.02, invalid: 0.1 },
  /** Prompt tokens counted against those asked for; too few by the model's own tokenizer. */
  promptLength: { suspect: 0.1, invalid: 0.5 },
  shortPrompt: { suspect: 0.02, invalid: 0.1 },
  /** Prompt tokens that the server took from its cache. */
  cached: { suspect: 0.05, invalid: 0.2 },

  /** Answers with fewer tokens, by usage, than chunks with text. */
  belowChunks: { suspect: 0.01, invalid: 0.05 },
  /** Output tokens by usage against the tokenizer's count, beyond two a request. */
  tokenizer: { suspect: 0.1, invalid: 0.5 },
  /** Output tokens by usage against the stream's own. */
  stream: { suspect: 0, invalid: 0.1 },
  /** Tokens by the growth of the server's counters against those of the answers, one a request allowed. */
  countedTokens: { suspect: 0.02, invalid: 0.1 },
  /** Requests that the server counted beyond those sent. */
  strangers: { suspect: 0, invalid: 0.05 },
  /**
   * The server's own mean times against ours, the larger of a time in seconds and a share: what a clock's grain may make ours
   * smaller by, and what may make it larger beside two round trips (reading, making tokens of the prompt, writing).
   */
  serverTimes: {
    smaller: { suspect: { seconds: 1e-3, share: 0.01 }, invalid: { seconds: 5e-3, share: 0.1 } },
    larger: { seconds: 10e-3, share: 0.1 },
  },
  /** Prompt tokens counted against those sent, for total throughput. */
  absurdPrompt: { suspect: 0.5, invalid: 0.5 },
} as const satisfies Record<string, Limits | Readonly<Record<string, unknown>>>
