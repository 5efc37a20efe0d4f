import type { ClosedLoop } from '../plan.ts'
import type { PreparedRequest } from '../transport/transport.ts'
import type { RunScenario, ScenarioContext, Sent } from './scenario.ts'
import { warmUp } from './warm-up.ts'

/**
 * The original's load: each client has one request in flight. Warm-up in rounds with a barrier after each, then all
 * wait a random while, then each takes requests from one queue until it is empty.
 */
export const runClosedLoop: RunScenario<ClosedLoop> = async (scenario, context) => {
  const { moments } = context
  await warmUp(scenario.warmup, scenario.clients, context)
  if (context.stopped()) return
  if (moments.warmupEnd !== null) await context.preconnect(scenario.clients)
  context.enter('measure')
  moments.measureStart = context.now()
  await measure(scenario, context)
  moments.measureEnd = context.now()
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
        context.send(taken.value, { phase: 'measure', client, stage: null, intended: null }, ended)
      }
    }
    next()
  })
}
