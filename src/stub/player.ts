import type { Socket } from 'node:net'
import { monotonicNs } from './clock.ts'
import { head, httpChunk, lastChunk, whole } from './http-response.ts'
import type { RequestLog } from './log.ts'
import type { Alarm, Pacer } from './pacer.ts'
import { renderBody, renderEvent, sentMark } from './render.ts'
import { isToken, tokensOf, type Answer, type Ask, type Ending, type Frame, type Reply } from './reply.ts'

export type OpenLog = { -readonly [K in keyof RequestLog]: RequestLog[K] }

export interface Performance {
  readonly ask: Ask
  readonly reply: Reply
  readonly socket: Socket
  readonly pacer: Pacer
  readonly log: OpenLog
  /** The client asked for the connection to be closed after the reply. */
  readonly lastOnConnection: boolean
  /** Streams go in chunks; else the end of the connection ends them. */
  readonly chunked: boolean
  /** A whole reply was sent; `keep`: another request may follow on the connection. */
  readonly onComplete: (keep: boolean) => void
}

/** Plays a reply on its connection, each write at its due time. Returns what stops it when the client goes away. */
export function play(performance: Performance): () => void {
  const { reply, socket, log } = performance
  if (reply.kind === 'answer')
    return reply.body === 'sse' ? playStream(performance, reply) : playBody(performance, reply)
  if (reply.kind === 'garbage') {
    socket.end(reply.bytes, 'latin1')
    end(log, 'close')
  }
  if (reply.kind === 'refusal') {
    log.status = reply.status
    log.headersNs = monotonicNs()
    const close = performance.lastOnConnection ? { connection: 'close' } : undefined
    put(socket, log, whole(reply.status, 'application/json', reply.body, { ...reply.headers, ...close }))
    finish(performance, !performance.lastOnConnection)
  }
  return () => {}
}

interface Write {
  readonly dueNs: number
  readonly frames: readonly Frame[]
}

function playStream(performance: Performance, answer: Answer): () => void {
  const { ask, socket, pacer, log, chunked } = performance
  const bodyPart = chunked ? httpChunk : (data: string) => data
  const bodyEnd = chunked ? lastChunk : ''
  const writes = groupWrites(answer, ask.receivedNs)
  const keep = answer.connection === 'kept' && !performance.lastOnConnection
  const announce = answer.connection === 'announced' || performance.lastOnConnection
  let alarm: Alarm | null = null
  let next = 0
  let prepared: Prepared
  let unsentHead = head(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    ...(chunked ? { 'transfer-encoding': 'chunked' } : {}),
    ...(announce ? { connection: 'close' } : {}),
  })

  function writeHead(): void {
    log.headersNs = monotonicNs()
    put(socket, log, unsentHead)
    unsentHead = ''
  }

  let events = 0
  function prepare(write: Write | undefined): Prepared {
    const texts = write?.frames.map(({ event }) => {
      const stamp = { i: events++, sent_ns: sentMark, received_ns: String(ask.receivedNs) }
      return renderEvent(event, ask, stamp, answer.newline, isToken(event) ? answer.eventBytes : 0)
    })
    return splitAtMarks(texts?.join('') ?? '')
  }

  function send(write: Write): void {
    const sent = monotonicNs()
    const bytes = unsentHead + bodyPart(...fill(prepared, String(sent)))
    const last = next === writes.length && answer.ending.kind === 'complete'
    put(socket, log, last ? bytes + bodyEnd : bytes)
    if (unsentHead !== '') log.headersNs = sent
    unsentHead = ''
    for (const { event } of write.frames) {
      log.chunks.kind.push(event.kind)
      log.chunks.tokens.push(tokensOf(event))
      log.chunks.dueNs.push(write.dueNs)
      log.chunks.sentNs.push(sent)
    }
    prepared = prepare(writes[next])
  }

  function step(): void {
    alarm = null
    if (socket.destroyed) return
    for (let write = writes[next]; write !== undefined; write = writes[next]) {
      if (write.dueNs > monotonicNs()) {
        alarm = pacer.at(write.dueNs, step)
        return
      }
      next++
      send(write)
    }
    if (answer.ending.kind === 'complete') {
      if (writes.length === 0) put(socket, log, unsentHead + bodyEnd)
      finish(performance, keep)
    } else {
      alarm = endBadly(performance, answer.ending)
    }
  }

  log.status = 200
  if (answer.headers === 'early') writeHead()
  prepared = prepare(writes[0])
  step()
  return () => alarm?.cancel()
}

function playBody(performance: Performance, answer: Answer): () => void {
  const { ask, socket, pacer, log } = performance
  const last = answer.frames.at(-1)
  const dueNs = Math.max(ask.receivedNs, last?.dueNs ?? ask.receivedNs)
  const keep = answer.connection === 'kept' && !performance.lastOnConnection
  const announce = answer.connection === 'announced' || performance.lastOnConnection
  const prepared = splitAtMarks(
    renderBody(answer, ask, { i: 0, sent_ns: sentMark, received_ns: String(ask.receivedNs) }),
  )
  let alarm: Alarm | null = pacer.at(dueNs, () => {
    alarm = null
    if (socket.destroyed) return
    const sent = monotonicNs()
    const [body] = fill(prepared, String(sent))
    const bytes = Buffer.from(whole(200, 'application/json', body, announce ? { connection: 'close' } : {}))
    log.status = 200
    log.headersNs = sent
    log.chunks.kind.push('body')
    log.chunks.tokens.push(answer.frames.reduce((sum, { event }) => sum + tokensOf(event), 0))
    log.chunks.dueNs.push(dueNs)
    log.chunks.sentNs.push(sent)
    if (answer.ending.kind === 'complete') {
      put(socket, log, bytes)
      return finish(performance, keep)
    }
    const withheld = answer.frames.length === 0 ? Buffer.byteLength(body) : Math.ceil(Buffer.byteLength(body) / 2)
    put(socket, log, bytes.subarray(0, bytes.length - withheld))
    alarm = endBadly(performance, answer.ending)
  })
  return () => alarm?.cancel()
}

/** Text that waits for its send time: the parts between the marks, and their length in bytes. */
interface Prepared {
  readonly parts: readonly string[]
  readonly bytes: number
}

function splitAtMarks(text: string): Prepared {
  const parts = text.split(sentMark)
  return { parts, bytes: Buffer.byteLength(parts.join('')) }
}

function fill({ parts, bytes }: Prepared, sent: string): [text: string, bytes: number] {
  return [parts.join(sent), bytes + (parts.length - 1) * sent.length]
}

/** Token events share writes; every other event has its own, and none overtakes the one before. */
export function groupWrites(answer: Answer, notBefore: number): readonly Write[] {
  const writes: Write[] = []
  let group: Frame[] = []
  let dueNs = notBefore
  const flush = () => {
    if (group.length > 0) writes.push({ dueNs, frames: group })
    group = []
  }
  for (const frame of answer.frames) {
    const token = isToken(frame.event)
    if (!token) flush()
    dueNs = Math.max(dueNs, frame.dueNs)
    group.push(frame)
    if (!token || group.length === answer.eventsPerWrite) flush()
  }
  flush()
  return writes
}

function put(socket: Socket, log: OpenLog, bytes: string | Buffer): void {
  socket.write(bytes)
  if (socket.writableLength > 0) log.blockedWrites++
}

function finish({ log, socket, onComplete }: Performance, keep: boolean): void {
  end(log, 'complete')
  if (!keep) socket.end()
  onComplete(keep)
}

function endBadly({ socket, pacer, log }: Performance, ending: Exclude<Ending, { kind: 'complete' }>): Alarm | null {
  if (ending.kind === 'hang') return null
  return pacer.at(ending.dueNs, () => {
    end(log, ending.kind)
    if (ending.kind === 'reset') socket.resetAndDestroy()
    else socket.end()
  })
}

export function end(log: OpenLog, how: RequestLog['ended']): void {
  log.ended = how
  log.endedNs = monotonicNs()
}
