import type { EventSink, Framer } from '../load/framing/framer.ts'
import { framers } from '../load/framing/index.ts'
import type { ResponseHead } from '../load/transport/http/response-head.ts'
import { ResponseParser } from '../load/transport/http/response-parser.ts'
import { ByteStream } from './byte-stream.ts'
import type { Capture } from './pcap.ts'
import { segmentOf } from './segment.ts'

/** One request and its answer as the kernel saw them. Times as in `Capture`. */
export interface CapturedReply {
  readonly requestId: string
  /** The frame that held the request's first byte. */
  readonly sent: number
  /** The frame that completed each event of the answer. */
  readonly events: number[]
}

const requestStart = /^(?:POST|GET) \S+ HTTP\/1\.1\r\n/
const idHeader = /\r\nx-request-id: *([^\r\n]+)\r\n/i
const lengthHeader = /\r\ncontent-length: *(\d+)\r\n/i

/** Requests with an `x-request-id` and their answers, in plain HTTP/1.1, whoever listened at `port`. */
export function capturedReplies(capture: Capture, port: number): CapturedReply[] {
  const replies: CapturedReply[] = []
  const conversations = new Map<string, Conversation>()
  for (const frame of capture.frames) {
    const segment = segmentOf(frame, capture.linkType)
    if (segment === null) continue
    const asks = segment.to.endsWith(`:${port}`)
    if (!asks && !segment.from.endsWith(`:${port}`)) continue
    const client = asks ? segment.from : segment.to
    let conversation = conversations.get(client)
    if (conversation === undefined || (asks && segment.opens)) {
      conversation = new Conversation(replies)
      conversations.set(client, conversation)
    }
    if (asks) conversation.asked.add(segment)
    else conversation.answered.add(segment)
  }
  return replies
}

/** A connection: requests one after the other, never two at a time. */
class Conversation {
  readonly asked = new ByteStream((bytes, time) => this.#request(bytes, time))
  readonly answered = new ByteStream((bytes, time) => this.#response(bytes, time))
  readonly #replies: CapturedReply[]
  readonly #parser = new ResponseParser()
  #current: CapturedReply | null = null
  #head = ''
  #headSince = 0
  #bodyLeft = 0
  #time = 0
  #finish: () => void = () => {}

  constructor(replies: CapturedReply[]) {
    this.#replies = replies
  }

  #request(bytes: Buffer, time: number): void {
    if (this.#bodyLeft > 0) {
      this.#bodyLeft -= bytes.length
      return
    }
    if (this.#head === '') this.#headSince = time
    this.#head += bytes.toString('latin1')
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) return
    const head = this.#head.slice(0, end + 2)
    this.#bodyLeft = Number(lengthHeader.exec(head)?.[1] ?? 0) - (this.#head.length - end - 4)
    this.#head = ''
    const requestId = idHeader.exec(head)?.[1]
    if (requestId === undefined || !requestStart.test(head)) return
    const reply: CapturedReply = { requestId, sent: this.#headSince, events: [] }
    this.#current = reply
    this.#replies.push(reply)
    this.#begin(reply)
  }

  #begin(reply: CapturedReply): void {
    const sink = new EventTimes(reply.events, () => this.#time)
    let framer: Framer = framers.json()
    this.#parser.begin({
      head: (head) => (framer = framerOf(head)),
      body: (bytes, start, end) => framer.feed(bytes, start, end, sink),
    })
    this.#finish = () => framer.finish(sink)
  }

  #response(bytes: Buffer, time: number): void {
    if (this.#current === null) return
    this.#time = time
    this.#parser.parse(bytes, 0, bytes.length)
    if (!this.#parser.complete) return
    this.#finish()
    this.#current = null
  }
}

/** How the answer is cut, by what it says it is; a stream that says nothing is taken for NUL-framed JSON. */
function framerOf(head: ResponseHead): Framer {
  const type = head.headers.get('content-type') ?? ''
  if (type.includes('event-stream')) return framers.sse()
  if (type.includes('ndjson')) return framers.ndjson()
  return type.includes('json') ? framers.json() : framers['nul-json']()
}

/** Notes when each event was complete; its bytes are of no interest here. */
class EventTimes implements EventSink {
  open = false
  readonly #times: number[]
  readonly #now: () => number

  constructor(times: number[], now: () => number) {
    this.#times = times
    this.#now = now
  }

  append(): void {
    this.open = true
  }

  appendByte(): void {
    this.open = true
  }

  commit(): void {
    this.open = false
    this.#times.push(this.#now())
  }

  discard(): void {
    this.open = false
  }
}
