import type { Balancer } from '../balance.ts'
import { Exchange, type ExchangeEvents } from '../exchange.ts'
import type { ExchangeContext } from '../exchange-context.ts'
import { newRow } from '../record/request-row.ts'
import type { RequestRecord } from '../request-record.ts'
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
export class Sender implements ExchangeEvents {
  readonly #context: SenderContext
  readonly #taken: number[] = []
  readonly #free: Exchange[] = []

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
    const exchange = this.#free.pop() ?? new Exchange(context, this)
    exchange.begin(request, assignment.phase, balancer.next(), ended)
    this.#assign(exchange.record, request, assignment)
    report.inFlight(1)
    counts.add('sent', isMeasured(exchange.record))
    exchange.start()
  }

  ended({ record, endpoint, complete, onEnded }: Exchange): void {
    const { balancer, counts, report } = this.#context
    report.inFlight(-1)
    balancer.ended(endpoint)
    counts.add('done', isMeasured(record))
    onEnded({ writeStart: record.writeStart, closed: record.closed!, complete })
  }

  settled(exchange: Exchange): void {
    const { record } = exchange
    if (record.outcome !== 'ok') this.#failed(isMeasured(record))
    if (exchange.reusable) this.#free.push(exchange)
  }

  /** Records a measured request as not sent. */
  drop(request: PreparedRequest, assignment: Assignment, why: string): void {
    const record = newRow()
    this.#context.exchange.recorder.addRequest(record, request, assignment.phase, 'not_sent')
    this.#assign(record, request, assignment)
    record.error = why
    this.#context.counts.add('failed', true)
  }

  #assign(record: RequestRecord, request: PreparedRequest, { phase, client, stage, intended }: Assignment): void {
    record.client = client
    record.stage = stage
    record.intended = intended
    record.thread = this.#context.thread
    if (phase !== 'warmup') this.#taken.push(request.index)
  }

  #failed(measured: boolean): void {
    this.#context.counts.add('failed', measured)
    if (measured) this.#context.onFailure()
  }
}

const isMeasured = ({ phase }: RequestRecord): boolean => phase !== 'warmup'
