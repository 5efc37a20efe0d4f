import { carriesToken, type RequestLog } from './log.ts'

/** What a client with no error would measure, ms: from when the stub had read the request. */
export interface Truth {
  /** One a request with a token. */
  readonly ttftMs: readonly number[]
  /** Gaps between neighbouring token-carrying chunks, pooled over requests. */
  readonly itlMs: readonly number[]
}

export function truth(requests: readonly RequestLog[]): Truth {
  const ttftMs: number[] = []
  const itlMs: number[] = []
  for (const { chunks, receivedNs } of requests) {
    const sent = chunks.sentNs.filter((_, i) => carriesToken(chunks.kind[i] as never))
    for (const [i, at] of sent.entries()) {
      if (i === 0) ttftMs.push((at - receivedNs) / 1e6)
      else itlMs.push((at - (sent[i - 1] as number)) / 1e6)
    }
  }
  return { ttftMs, itlMs }
}
