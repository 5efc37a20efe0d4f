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

type Choose = (inFlight: readonly number[], turn: number) => number

const rules: Readonly<Record<Balance, Choose>> = {
  'round-robin': (inFlight, turn) => turn % inFlight.length,
  // Among equals in turn, so that a load of one request at a time reaches all.
  'least-in-flight': (inFlight, turn) => {
    const least = Math.min(...inFlight)
    const order = inFlight.map((_, index) => (turn + index) % inFlight.length)
    return order.find((endpoint) => inFlight[endpoint] === least) ?? 0
  },
}

/** `first`: where the first request goes; several generators of one load begin at different ones. */
export function createBalancer(rule: Balance, endpoints: number, first = 0): Balancer {
  const inFlight = Array.from({ length: endpoints }, () => 0)
  const choose = rules[rule]
  let turn = first
  return {
    next() {
      const endpoint = choose(inFlight, turn++)
      inFlight[endpoint]!++
      return endpoint
    },
    ended(endpoint) {
      inFlight[endpoint]!--
    },
  }
}
