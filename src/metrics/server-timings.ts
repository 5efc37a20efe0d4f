/** What the timings that came with an answer say, in the words of one kind of server. Seconds. */
export interface ServerTimings {
  readonly source: string
  /**
   * `whole`: from the request's arrival, queue included, so that only the transport lies between it and what a client sees;
   * `work`: without the wait for a slot, so that it bounds what a client sees from below only.
   */
  readonly covers: 'whole' | 'work'
  readonly ttft: number | null
  readonly e2e: number | null
}

interface TimingWords {
  readonly source: string
  readonly covers: ServerTimings['covers']
  /** Keys that add up, and how many of their unit are a second. */
  readonly perSecond: number
  readonly ttft: readonly string[] | null
  readonly e2e: readonly string[]
}

const words: readonly TimingWords[] = [
  {
    source: "llama.cpp's timings",
    covers: 'work',
    perSecond: 1e3,
    ttft: ['prompt_ms'],
    e2e: ['prompt_ms', 'predicted_ms'],
  },
  { source: "Ollama's durations", covers: 'whole', perSecond: 1e9, ttft: null, e2e: ['total_duration'] },
  { source: "SGLang's meta_info", covers: 'whole', perSecond: 1, ttft: ['first_token_latency'], e2e: ['e2e_latency'] },
  { source: 'x-ms-run-fn-exec-ms', covers: 'work', perSecond: 1e3, ttft: null, e2e: ['x-ms-run-fn-exec-ms'] },
]

/** Of the JSON text that a recording keeps; null where none of the known words is in it. */
export function readTimings(text: string): ServerTimings | null {
  const told = parse(text)
  for (const { source, covers, perSecond, ttft, e2e } of words) {
    const seconds = (keys: readonly string[] | null) => {
      const values = (keys ?? []).map((key) => Number(told[key] ?? NaN))
      const sum = values.reduce((total, value) => total + value, 0)
      return values.length > 0 && Number.isFinite(sum) ? sum / perSecond : null
    }
    const whole = seconds(e2e)
    if (whole !== null) return { source, covers, ttft: seconds(ttft), e2e: whole }
  }
  return null
}

function parse(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
  } catch {
    return {}
  }
}
