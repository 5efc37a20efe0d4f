/** Nanoseconds between two looks. */
const period = 0.25e9
const shortest = 5e9
/** The fill of an empty system looks like a growing queue for as long as answers take: so many of these are left out. */
const fillLatencies = 10
/** The latency of an unloaded server is the median of its first answers. */
const firstAnswers = 5
/** What chance can do to the difference of two counts, in standard deviations, and the least share that matters. */
const deviations = 5
const share = 0.1

interface Look {
  readonly time: number
  readonly due: number
  readonly ended: number
}

/** Requests that became due and that ended, of all load threads. */
export interface SaturationCounts {
  addDue(): void
  addEnded(): void
  due(): number
  ended(): number
}

/**
 * Tells whether an open loop's server falls behind without bound: over the second half of the time so far, requests
 * became due faster than they ended, by more than chance does, and the number open has grown as a straight line grows.
 */
export class Saturation {
  readonly #start: number
  readonly #looks: Look[]
  readonly #latencies: number[] = []
  readonly #counts: SaturationCounts

  constructor(start: number, counts: SaturationCounts) {
    this.#start = start
    this.#counts = counts
    this.#looks = [{ time: start, due: 0, ended: 0 }]
  }

  due(): void {
    this.#counts.addDue()
  }

  /** `latency`: from when the request was due. */
  ended(latency: number): void {
    this.#counts.addEnded()
    if (this.#latencies.length < firstAnswers) this.#latencies.push(latency)
  }

  /** To be asked often; looks four times a second. */
  found(now: number): boolean {
    const last = this.#looks.at(-1)!
    if (now - last.time < period) return false
    const [allDue, allEnded] = [this.#counts.due(), this.#counts.ended()]
    this.#looks.push({ time: now, due: allDue, ended: allEnded })
    if (this.#latencies.length < firstAnswers) return false
    const latency = this.#latencies.toSorted((a, b) => a - b)[Math.floor(firstAnswers / 2)]!
    const elapsed = now - this.#start
    if (elapsed < Math.max(shortest, fillLatencies * latency)) return false
    const half = this.#looks.findLast(({ time }) => time <= now - elapsed / 2)!
    const due = allDue - half.due
    const growth = due - (allEnded - half.ended)
    const open = allDue - allEnded
    const byChance = deviations * Math.sqrt(due + allEnded - half.ended)
    return growth > byChance && growth > share * due && open > 1.5 * (half.due - half.ended)
  }
}
