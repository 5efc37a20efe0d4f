import { status as statusCode } from '@grpc/grpc-js'
import { monotonicNs } from '../clock.ts'
import type { Alarm, Pacer } from '../pacer.ts'
import { end, type OpenLog } from '../player.ts'
import type { Answer, Ask, Reply } from '../reply.ts'
import { streamSteps, wholeSteps, type Step } from './messages.ts'
import type { StampedConnection } from './stamped-connection.ts'

/** The server's side of a call. */
export interface CallOut {
  readonly kind: 'unary' | 'stream'
  /** The client went away. */
  onCancel(left: () => void): void
  head(): void
  send(message: Buffer, sent: (sentNs: number) => void): void
  finish(): void
  fail(code: number, details: string): void
}

export interface CallPerformance {
  readonly ask: Ask
  readonly reply: Reply
  readonly out: CallOut
  readonly connection: StampedConnection
  readonly pacer: Pacer
  readonly log: OpenLog
  readonly serialize: (message: object) => Buffer
}

/** Plays a reply over a call, each message at its due time. */
export function playCall(performance: CallPerformance): void {
  const { reply, out, connection, log } = performance
  switch (reply.kind) {
    case 'answer':
      return playAnswer(performance, reply)
    case 'refusal':
      log.status = reply.status
      end(log, 'complete')
      return out.fail(codes[reply.status] ?? statusCode.UNKNOWN, messageIn(reply.body))
    case 'garbage':
      end(log, 'close')
      return void connection.socket.end(reply.bytes, 'latin1')
    case 'silence':
  }
}

function playAnswer(performance: CallPerformance, answer: Answer): void {
  const { ask, out, pacer, log } = performance
  const steps = out.kind === 'stream' ? streamSteps(answer, ask) : wholeSteps(answer, ask)
  let alarm: Alarm | null = null
  let next = 0
  out.onCancel(() => alarm?.cancel())
  log.status = 200

  function step(): void {
    for (let due = steps[next]; due !== undefined; due = steps[next]) {
      if (due.dueNs > monotonicNs()) {
        alarm = pacer.at(due.dueNs, step)
        return
      }
      next++
      if (!take(performance, due)) return
    }
    if (answer.ending.kind !== 'complete') {
      alarm = endBadly(performance, answer.ending)
      return
    }
    end(log, 'complete')
    out.finish()
  }
  if (answer.ending.kind === 'hang' && steps.length === 0) out.head()
  step()
}

/** False when the call is over with it. */
function take({ out, log, serialize }: CallPerformance, step: Step): boolean {
  if (step.kind === 'failure') {
    end(log, 'complete')
    out.fail(statusCode.UNKNOWN, `Exception calling application: ${step.message}`)
    return false
  }
  if (step.kind === 'garbage') {
    out.send(Buffer.from(step.data), () => {})
    return true
  }
  const { answer, event, tokens, dueNs } = step
  const single = { ...answer, time_taken: -1, model_time_taken: -1 }
  out.send(serialize({ response: [single] }), (sentNs) => {
    log.headersNs ??= sentNs
    log.chunks.kind.push(event)
    log.chunks.tokens.push(tokens)
    log.chunks.dueNs.push(dueNs)
    log.chunks.sentNs.push(sentNs)
  })
  return true
}

function endBadly(
  { connection, pacer, log }: CallPerformance,
  ending: Exclude<Answer['ending'], { kind: 'complete' }>,
): Alarm | null {
  if (ending.kind === 'hang') return null
  return pacer.at(ending.dueNs, () => {
    end(log, ending.kind)
    if (ending.kind === 'reset') connection.socket.resetAndDestroy()
    else connection.socket.destroySoon()
  })
}

/** What a status of HTTP is in gRPC. */
const codes: Readonly<Record<number, number>> = {
  401: statusCode.UNAUTHENTICATED,
  403: statusCode.PERMISSION_DENIED,
  404: statusCode.UNIMPLEMENTED,
  408: statusCode.DEADLINE_EXCEEDED,
  429: statusCode.RESOURCE_EXHAUSTED,
  503: statusCode.UNAVAILABLE,
  504: statusCode.DEADLINE_EXCEEDED,
}

function messageIn(body: string): string {
  const parsed = JSON.parse(body === '' ? '{}' : body) as { readonly error?: { readonly message?: string } }
  return parsed.error?.message ?? 'refused'
}
