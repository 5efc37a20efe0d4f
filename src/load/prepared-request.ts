import type { LoadPlan, PlannedRequest, RequestFacts } from './plan.ts'
import type { Transport } from './transport/transport.ts'

/** A planned request whose text has become bytes, made before the window. */
export interface PreparedRequest extends RequestFacts {
  /** Position in its list of the plan. */
  readonly index: number
  readonly slab: Slab
  /** Which of the slab's are its bytes: for the first endpoint; those for the others follow. */
  readonly place: number
  /** For a transport that sends headers beside the bytes; empty where it does not. */
  readonly headers: PlannedRequest['headers']
  /** For a decoder that is told what was asked; empty where it is not. */
  readonly body: string
}

/** The bytes of many requests, one after the other. */
export interface Slab {
  bytes: Buffer
  /** Where each begins, and where the last one ends. */
  readonly borders: number[]
  /** Requests whose bytes are still needed. */
  left: number
}

/** Valid as long as the slab. */
export function bytesOf({ slab, place }: PreparedRequest, endpoint: number): Buffer {
  return slab.bytes.subarray(slab.borders[place + endpoint], slab.borders[place + endpoint + 1])
}

export function bytesOut({ slab, place }: PreparedRequest, endpoint: number): number {
  return slab.borders[place + endpoint + 1]! - slab.borders[place + endpoint]!
}

/**
 * The bytes of a request are needed no more: the kernel has taken them, and it is answered. Memory that threads share stays,
 * as each knows of its own requests only.
 */
export function giveUpBytes({ slab }: PreparedRequest): void {
  if (--slab.left === 0 && slab.bytes.buffer instanceof ArrayBuffer) slab.bytes.buffer.transfer(0)
}

/** A plan whose requests may still be on their way from another process. */
export interface IncomingPlan extends Omit<LoadPlan, 'warmup' | 'requests'> {
  readonly warmup: RequestList
  readonly requests: RequestList
}

export type RequestList = (Iterable<PlannedRequest> | AsyncIterable<PlannedRequest>) & { readonly length: number }

export interface PreparedPlan {
  readonly warmup: readonly PreparedRequest[]
  readonly requests: readonly PreparedRequest[]
}

export interface PrepareOptions {
  readonly transport: Transport
  /** Threads share the bytes: any may send any of them, and none has a copy. */
  readonly shared: boolean
  readonly keepsBodies: boolean
}

/** One after the other, so that the text of one that has become bytes is soon forgotten. Throws UserError where one cannot be written. */
export async function prepare({ warmup, requests }: IncomingPlan, options: PrepareOptions): Promise<PreparedPlan> {
  const slabs = new Slabs(options.shared)
  return { warmup: await prepareList(warmup, options, slabs), requests: await prepareList(requests, options, slabs) }
}

async function prepareList(
  list: RequestList,
  { transport, keepsBodies }: PrepareOptions,
  slabs: Slabs,
): Promise<PreparedRequest[]> {
  const prepared: PreparedRequest[] = []
  for await (const planned of list) {
    const { slab, place } = slabs.add(transport.encode(planned))
    prepared.push({
      index: prepared.length,
      item: planned.item,
      requestId: planned.requestId,
      askedPromptTokens: planned.askedPromptTokens,
      askedOutputTokens: planned.askedOutputTokens,
      session: planned.session,
      turn: planned.turn,
      slab,
      place,
      headers: transport.headersApart ? planned.headers : noHeaders,
      body: keepsBodies ? planned.body : '',
    })
  }
  return prepared
}

const noHeaders = {}
const slabBytes = 256 * 1024

class Slabs {
  readonly #shared: boolean
  #slab: Slab = { bytes: Buffer.alloc(0), borders: [0], left: 0 }

  constructor(shared: boolean) {
    this.#shared = shared
  }

  add(parts: readonly Buffer[]): Pick<PreparedRequest, 'slab' | 'place'> {
    const length = parts.reduce((sum, part) => sum + part.length, 0)
    if (this.#slab.borders.at(-1)! + length > this.#slab.bytes.length) {
      this.#slab = { bytes: this.#memory(Math.max(slabBytes, length)), borders: [0], left: 0 }
    }
    const { bytes, borders } = this.#slab
    const place = borders.length - 1
    this.#slab.left++
    for (const part of parts) borders.push(borders.at(-1)! + part.copy(bytes, borders.at(-1)))
    return { slab: this.#slab, place }
  }

  #memory(bytes: number): Buffer {
    return this.#shared ? Buffer.from(new SharedArrayBuffer(bytes)) : Buffer.allocUnsafeSlow(bytes)
  }
}
