import type { WarmupRule } from '../plan.ts'
import type { PreparedRequest } from '../prepared-request.ts'
import type { ScenarioContext } from './scenario.ts'

/**
 * Opens connections, then sends rounds of `clients` requests with a barrier after each until the rule is met. Resolves to
 * the last round's mean latency in ns; null when there was none or nothing came to its end.
 */
export async function warmUp(rule: WarmupRule, clients: number, context: ScenarioContext): Promise<number | null> {
  const { moments } = context
  context.enter('connect')
  await context.preconnect(clients)
  if (context.warmup.length === 0 || rule.maxRounds === 0) return null
  context.enter('warmup')
  moments.warmupStart = context.now()
  const latency = await rounds(rule, clients, context)
  moments.warmupEnd = context.now()
  return latency
}

async function rounds(rule: WarmupRule, clients: number, context: ScenarioContext): Promise<number | null> {
  let previous: number | null = null
  for (let round = 1; round <= rule.maxRounds && !context.stopped(); round++) {
    const requests = context.warmup.slice((round - 1) * clients, round * clients)
    if (requests.length === 0) return previous
    const latency = await warmupRound(requests, context)
    if (latency === null) return null
    if (round >= rule.rounds && (round >= rule.maxRounds || agree(previous, latency, rule))) return latency
    previous = latency
  }
  return previous
}

/** Mean latency in ns of the requests that came to their end, of all threads; null when none did. */
async function warmupRound(requests: readonly PreparedRequest[], context: ScenarioContext): Promise<number | null> {
  const latencies: number[] = []
  await Promise.all(
    requests.map(
      (request, client) =>
        new Promise<void>((resolve) => {
          if (!context.mine(client)) {
            resolve()
            return
          }
          context.send(request, { phase: 'warmup', client, stage: null, intended: null }, (sent) => {
            if (sent.complete && sent.writeStart !== null) latencies.push(sent.closed - sent.writeStart)
            resolve()
          })
        }),
    ),
  )
  const own = latencies.reduce((sum, latency) => sum + latency, 0)
  const all = await context.together([own, latencies.length])
  const [latency, count] = [0, 1].map((place) => all.reduce((sum, numbers) => sum + numbers[place]!, 0))
  return count === 0 ? null : latency! / count!
}

function agree(previous: number | null, latency: number, rule: WarmupRule): boolean {
  return previous !== null && Math.abs(latency - previous) <= rule.agreement * previous
}
