import type { Balancer } from '../balance.ts'
import { Exchange, type ExchangeContext } from '../exchange.ts'
import { newRecord, type RequestRecord } from '../request-record.ts'
import type { Assignment, Sent } from '../scenarios/scenario.ts'
import type { ThreadReport } from '../thread-report.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import type { ThreadCounts } from './shared-state.ts'

export interface SenderContext {
  /** The thread's place among the threads of the point. */
  readonly thread: number
  readonly exchange: ExchangeContext
  readonly balancer: Balancer
  readonly counts: ThreadCounts
  readonly report: ThreadReport
  /** A measured request that was sent did not end well. */
  readonly onFailure: () => void
}

/** Sends a thread's requests, or drops them: each gets its row, and is counted. */
export class Sender {
  readonly #context: SenderContext
  readonly #taken: number[] = []

  constructor(context: SenderContext) {
    this.#context = context
  }

  /** Places in the plan of the measured requests that were sent or dropped so far. */
  get taken(): Int32Array {
    return Int32Array.from(this.#taken)
  }

  /** `ended` is called once the transport is through with it. */
  send(request: PreparedRequest, assignment: Assignment, ended: (sent: Sent) => void): void {
    const { exchange: context, balancer, counts, report } = this.#context
    const endpoint = balancer.next()
    const record = this.#record(request, assignment)
    const measured = assignment.phase !== 'warmup'
    const exchange: Exchange = new Exchange(context, record, request, endpoint, {
      ended: () => {
        report.inFlight(-1)
        balancer.ended(endpoint)
        counts.add('done', measured)
        ended({ writeStart: record.writeStart, closed: record.closed!, complete: exchange.complete })
      },
      settled: () => {
        if (record.outcome !== 'ok') this.#failed(measured)
      },
    })
    report.inFlight(1)
    counts.add('sent', measured)
    exchange.start()
  }

  /** Records a measured request as not sent. */
  drop(request: PreparedRequest, assignment: Assignment, why: string): void {
    const { recorder } = this.#context.exchange
    const record = this.#record(request, assignment)
    record.error = why
    recorder.closeRequest(recorder.addRequest(record))
    this.#context.counts.add('failed', true)
  }

  #record(request: PreparedRequest, { phase, client, stage, intended }: Assignment): RequestRecord {
    const record = newRecord(request, phase, 'not_sent')
    record.client = client
    record.stage = stage
    record.intended = intended
    record.thread = this.#context.thread
    if (phase !== 'warmup') this.#taken.push(request.index)
    return record
  }

  #failed(measured: boolean): void {
    this.#context.counts.add('failed', measured)
    if (measured) this.#context.onFailure()
  }
}
