/** How requests are shared among several endpoints. */
export const balances = ['round-robin', 'least-in-flight'] as const
export type Balance = (typeof balances)[number]

/** Chooses where each request goes. */
export interface Balancer {
  /** Place in the plan's endpoints; the request counts as in flight there from now on. */
  next(): number
  /** A request there is over. */
  ended(endpoint: number): void
}

type Choose = (inFlight: Int32Array, turn: number) => number

const rules: Readonly<Record<Balance, Choose>> = {
  'round-robin': (inFlight, turn) => turn % inFlight.length,
  // Among equals in turn, so that a load of one request at a time reaches all.
  'least-in-flight': (inFlight, turn) => {
    let chosen = turn % inFlight.length
    for (let step = 1; step < inFlight.length; step++) {
      const endpoint = (turn + step) % inFlight.length
      if (inFlight[endpoint]! < inFlight[chosen]!) chosen = endpoint
    }
    return chosen
  },
}

/** `words`: one, and one an endpoint, shared by the threads that send one load. */
export function createBalancer(
  rule: Balance,
  endpoints: number,
  words: Int32Array = new Int32Array(1 + endpoints),
): Balancer {
  const inFlight = words.subarray(1)
  const choose = rules[rule]
  return {
    next() {
      const endpoint = choose(inFlight, Atomics.add(words, 0, 1))
      Atomics.add(inFlight, endpoint, 1)
      return endpoint
    },
    ended: (endpoint) => void Atomics.sub(inFlight, endpoint, 1),
  }
}
