import type { ClosedLoop, WarmupRule } from '../plan.ts'
import type { PreparedRequest } from '../transport/request-bytes.ts'
import type { RunScenario, ScenarioContext, Sent } from './scenario.ts'

/**
 * The original's load: each client has one request in flight. Warm-up in rounds with a barrier after each, then all
 * wait a random while, then each takes requests from one queue until it is empty.
 */
export const runClosedLoop: RunScenario<ClosedLoop> = async (scenario, context) => {
  const { moments } = context
  context.enter('connect')
  await context.preconnect(scenario.clients)
  if (context.warmup.length > 0 && scenario.warmup.maxRounds > 0) {
    context.enter('warmup')
    moments.warmupStart = context.now()
    await warmUp(scenario, context)
    moments.warmupEnd = context.now()
    if (!context.stopped()) await context.preconnect(scenario.clients)
  }
  if (context.stopped()) return
  context.enter('measure')
  moments.measureStart = context.now()
  await measure(scenario, context)
  moments.measureEnd = context.now()
}

async function warmUp(scenario: ClosedLoop, context: ScenarioContext): Promise<void> {
  const { clients, warmup: rule } = scenario
  let previous: number | null = null
  for (let round = 1; round <= rule.maxRounds && !context.stopped(); round++) {
    const requests = context.warmup.slice((round - 1) * clients, round * clients)
    if (requests.length === 0) return
    const latency = await warmupRound(requests, context)
    if (latency === null) return
    if (round >= rule.rounds && (round >= rule.maxRounds || agree(previous, latency, rule))) return
    previous = latency
  }
}

/** Mean latency in ns of the requests that came to their end; null when none did. */
async function warmupRound(requests: readonly PreparedRequest[], context: ScenarioContext): Promise<number | null> {
  const latencies: number[] = []
  await Promise.all(
    requests.map(
      (request, client) =>
        new Promise<void>((resolve) => {
          context.send(request, { phase: 'warmup', client }, (sent) => {
            if (sent.complete && sent.writeStart !== null) latencies.push(sent.closed - sent.writeStart)
            resolve()
          })
        }),
    ),
  )
  if (latencies.length === 0) return null
  return latencies.reduce((sum, latency) => sum + latency, 0) / latencies.length
}

function agree(previous: number | null, latency: number, rule: WarmupRule): boolean {
  return previous !== null && Math.abs(latency - previous) <= rule.agreement * previous
}

async function measure(scenario: ClosedLoop, context: ScenarioContext): Promise<void> {
  const { clients, staggerSeconds } = scenario
  const queue = context.requests.values()
  const firstSends: (number | null)[] = []
  const loops = Array.from({ length: clients }, async (_, client) => {
    await context.delay(context.random() * clients * staggerSeconds)
    await runClient(client, queue, context, firstSends)
  })
  await Promise.all(loops)
  const sends = firstSends.filter((time) => time !== null)
  if (sends.length === clients) context.moments.allStarted = Math.max(...sends)
}

/** Each next request is sent from the callback that ended the one before, without a promise in between. */
function runClient(
  client: number,
  queue: Iterator<PreparedRequest>,
  context: ScenarioContext,
  firstSends: (number | null)[],
): Promise<void> {
  return new Promise((resolve) => {
    let first = true
    const ended = (sent: Sent): void => {
      if (first) firstSends.push(sent.writeStart)
      first = false
      next()
    }
    const next = (): void => {
      const taken = context.stopped() ? null : queue.next()
      if (taken === null) {
        resolve()
      } else if (taken.done === true) {
        if (context.moments.firstIdle === null) {
          context.moments.firstIdle = context.now()
          context.enter('drain')
        }
        resolve()
      } else {
        context.send(taken.value, { phase: 'measure', client }, ended)
      }
    }
    next()
  })
}
