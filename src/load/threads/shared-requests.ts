import type { PreparedRequest } from '../transport/transport.ts'

interface Prepared {
  readonly warmup: readonly PreparedRequest[]
  readonly requests: readonly PreparedRequest[]
}

/** The same requests, their bytes in memory that threads share: any thread may send any of them, and none has a copy. */
export function withSharedBytes(prepared: Prepared): Prepared {
  const all = [...prepared.warmup, ...prepared.requests].flatMap(({ bytes }) => bytes)
  const memory = Buffer.from(new SharedArrayBuffer(all.reduce((sum, { length }) => sum + length, 0)))
  let at = 0
  const share = (request: PreparedRequest): PreparedRequest => ({
    ...request,
    bytes: request.bytes.map((bytes) => {
      const start = at
      at += bytes.copy(memory, start)
      return memory.subarray(start, at)
    }),
  })
  return { warmup: prepared.warmup.map(share), requests: prepared.requests.map(share) }
}

/** The same requests without the text of their bodies, which their bytes hold too: each thread would get a copy. */
export function withoutBodies(prepared: Prepared): Prepared {
  const strip = (request: PreparedRequest): PreparedRequest => ({
    ...request,
    planned: { ...request.planned, headers: {}, body: '' },
  })
  return { warmup: prepared.warmup.map(strip), requests: prepared.requests.map(strip) }
}
