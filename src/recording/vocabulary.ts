/** How a request ended. A closed set: every request of a recording has exactly one. */
export const outcomes = [
  'ok',
  'http_error',
  'connection_error',
  'protocol_error',
  'stream_error',
  'truncated',
  'timeout',
  'stalled',
  'cancelled',
  'not_sent',
] as const
export type Outcome = (typeof outcomes)[number]

/**
 * Why nothing more was sent: all was, its time was up, too many requests had failed, the server fell behind without
 * bound, or somebody stopped it.
 */
export const endings = ['complete', 'duration', 'error_rate', 'saturated', 'aborted'] as const
export type Ending = (typeof endings)[number]

/** The part of a point in which a request was sent. Only `measure` (and `drain`) requests enter metrics. */
export const phases = ['warmup', 'ramp', 'measure', 'drain'] as const
export type Phase = (typeof phases)[number]

/**
 * What one stream event carried. `text`, `reasoning` and `tool` may carry tokens, the others never do.
 * `end` is a finish reason without text, or the end mark (`[DONE]`). The position in this list is what
 * chunk columns store.
 */
export const chunkKinds = ['role', 'text', 'reasoning', 'tool', 'usage', 'end', 'error'] as const
export type ChunkKind = (typeof chunkKinds)[number]
