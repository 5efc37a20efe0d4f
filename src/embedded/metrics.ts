import type { FinishReason, SchedulerObserver } from './scheduler.ts'

/** Upper bounds in seconds. */
const latencyBounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 60, 120]

/** Counters since the start, in Prometheus' text format. */
export class ServerMetrics implements SchedulerObserver {
  #steps = 0
  #sequencesInSteps = 0
  #promptTokens = 0
  #generatedTokens = 0
  readonly #finished: Record<FinishReason | 'abort' | 'error', number> = { length: 0, stop: 0, abort: 0, error: 0 }
  readonly #firstToken = new Histogram(latencyBounds)
  readonly #endToEnd = new Histogram(latencyBounds)

  step(sequences: number): void {
    this.#steps += 1
    this.#sequencesInSteps += sequences
  }

  promptTokens(count: number): void {
    this.#promptTokens += count
  }

  generatedToken(): void {
    this.#generatedTokens += 1
  }

  firstToken(sinceArrival: number): void {
    this.#firstToken.observe(sinceArrival)
  }

  finished(sinceArrival: number, reason: FinishReason | 'abort' | 'error'): void {
    this.#finished[reason] += 1
    if (reason === 'length' || reason === 'stop') this.#endToEnd.observe(sinceArrival)
  }

  render(gauges: { readonly running: number; readonly waiting: number }): string {
    const lines = [
      ...series('requests_running', 'gauge', 'Requests that hold a slot', [['', gauges.running]]),
      ...series('requests_waiting', 'gauge', 'Requests that wait for a slot', [['', gauges.waiting]]),
      ...series('prompt_tokens_total', 'counter', 'Prompt tokens evaluated', [['', this.#promptTokens]]),
      ...series('generation_tokens_total', 'counter', 'Tokens generated', [['', this.#generatedTokens]]),
      ...series('steps_total', 'counter', 'Forward passes', [['', this.#steps]]),
      ...series('step_sequences_total', 'counter', 'Sequences in all forward passes', [['', this.#sequencesInSteps]]),
      ...series(
        'requests_finished_total',
        'counter',
        'Requests ended, by reason',
        Object.entries(this.#finished).map(([reason, count]): [string, number] => [`{reason="${reason}"}`, count]),
      ),
      ...this.#firstToken.render('time_to_first_token_seconds', 'From arrival to the first token'),
      ...this.#endToEnd.render('e2e_request_latency_seconds', 'From arrival to the last token'),
    ]
    return `${lines.join('\n')}\n`
  }
}

class Histogram {
  readonly #bounds: readonly number[]
  readonly #counts: number[]
  #sum = 0
  #count = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = bounds.map(() => 0)
  }

  observe(value: number): void {
    this.#sum += value
    this.#count += 1
    for (const [index, bound] of this.#bounds.entries()) {
      if (value <= bound) this.#counts[index] = (this.#counts[index] ?? 0) + 1
    }
  }

  render(name: string, help: string): string[] {
    const buckets = this.#bounds.map((bound, index): [string, number] => [
      `_bucket{le="${bound}"}`,
      this.#counts[index] ?? 0,
    ])
    return series(name, 'histogram', help, [
      ...buckets,
      ['_bucket{le="+Inf"}', this.#count],
      ['_sum', this.#sum],
      ['_count', this.#count],
    ])
  }
}

function series(
  name: string,
  type: string,
  help: string,
  values: readonly [suffix: string, value: number][],
): string[] {
  const full = `servemark_${name}`
  return [
    `# HELP ${full} ${help}`,
    `# TYPE ${full} ${type}`,
    ...values.map(([suffix, value]) => `${full}${suffix} ${value}`),
  ]
}
