import type { Outcome } from '../recording/vocabulary.ts'
import type { ResponseDetail, ResultFile } from '../result/schema.ts'
import type { PlottedRequest } from './plot.ts'

/** The original's answers: it keeps the successful ones and not who sent them. */
export function requestsOfAnswers(details: readonly ResponseDetail[]): PlottedRequest[] {
  let start = Infinity
  for (const { start_time } of details) start = Math.min(start, start_time)
  return details
    .map(({ start_time, end_time, token_gen_time: [first, ...gaps] }): PlottedRequest => ({
      outcome: 'ok',
      client: null,
      sent: start_time - start,
      firstToken: first === undefined ? null : start_time - start + first,
      end: end_time - start,
      gaps,
    }))
    .sort((a, b) => a.sent - b.sent)
}

/** From the columns of a file of ours; the gaps of ok requests lie in `response_details`, in the same order. */
export function requestsOfColumns({ servemark: { requests: columns }, response_details: details }: ResultFile) {
  const number = (name: string, row: number) => {
    const value = columns[name]?.[row]
    return typeof value === 'number' ? value : null
  }
  const outcomes = (columns['outcome'] ?? []) as readonly Outcome[]
  const found: PlottedRequest[] = []
  let answer = 0
  let start = Infinity
  for (const [row, outcome] of outcomes.entries()) {
    const phase = columns['phase']?.[row]
    const gaps = outcome === 'ok' && phase === 'measure' ? (details[answer++]?.token_gen_time.slice(1) ?? []) : []
    const sent = number('sent_s', row)
    if ((phase !== 'measure' && phase !== 'drain') || sent === null) continue
    start = Math.min(start, sent)
    const over = outcome === 'ok' ? ['last_token_s', 'finished_s'] : lastKnown
    const known = over.flatMap((name) => number(name, row) ?? [])
    const end = known.length > 0 ? Math.max(...known) : (number('end_mark_s', row) ?? sent)
    found.push({ outcome, client: number('client', row), sent, firstToken: number('first_token_s', row), end, gaps })
  }
  return found
    .map((request) => ({
      ...request,
      sent: request.sent - start,
      firstToken: request.firstToken === null ? null : request.firstToken - start,
      end: request.end - start,
    }))
    .sort((a, b) => a.sent - b.sent)
}

const lastKnown = ['first_byte_s', 'last_token_s', 'finished_s', 'usage_s', 'end_mark_s', 'closed_s']
