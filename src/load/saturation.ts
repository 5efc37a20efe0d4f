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

/**
 * Tells whether an open loop's server falls behind without bound: over the second half of the time so far, requests
 * became due faster than they ended, by more than chance does, and the number open has grown as a straight line grows.
 */
export class Saturation {
  readonly #start: number
  readonly #looks: Look[]
  readonly #latencies: number[] = []
  #due = 0
  #ended = 0

  constructor(start: number) {
    this.#start = start
    this.#looks = [{ time: start, due: 0, ended: 0 }]
  }

  due(): void {
    this.#due++
  }

  /** `latency`: from when the request was due. */
  ended(latency: number): void {
    this.#ended++
    if (this.#latencies.length < firstAnswers) this.#latencies.push(latency)
  }

  /** To be asked often; looks four times a second. */
  found(now: number): boolean {
    const last = this.#looks.at(-1)!
    if (now - last.time < period) return false
    this.#looks.push({ time: now, due: this.#due, ended: this.#ended })
    if (this.#latencies.length < firstAnswers) return false
    const latency = this.#latencies.toSorted((a, b) => a - b)[Math.floor(firstAnswers / 2)]!
    const elapsed = now - this.#start
    if (elapsed < Math.max(shortest, fillLatencies * latency)) return false
    const half = this.#looks.findLast(({ time }) => time <= now - elapsed / 2)!
    const due = this.#due - half.due
    const growth = due - (this.#ended - half.ended)
    const open = this.#due - this.#ended
    const byChance = deviations * Math.sqrt(due + this.#ended - half.ended)
    return growth > byChance && growth > share * due && open > 1.5 * (half.due - half.ended)
  }
}
