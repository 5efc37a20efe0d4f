import type { ClosedLoop } from '../plan.ts'
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
  const start = await context.begin()
  if (context.stopped()) return
  moments.measureStart = start
  context.enter('measure')
  await measure(scenario, context, start)
  moments.measureEnd = context.now()
}

async function measure(scenario: ClosedLoop, context: ScenarioContext, start: number): Promise<void> {
  const { clients, staggerSeconds } = scenario
  const firstSends: (number | null)[] = []
  const mine: Promise<void>[] = []
  const startIn = Math.max(0, (start - context.now()) / 1e9)
  for (let client = 0; client < clients; client++) {
    const seconds = startIn + context.random() * clients * staggerSeconds
    if (context.mine(client)) mine.push(context.delay(seconds).then(() => runClient(client, context, firstSends)))
  }
  await Promise.all(mine)
  const sends = firstSends.filter((time) => time !== null)
  if (sends.length === mine.length) context.moments.allStarted = Math.max(...sends)
}

/** Each next request is sent from the callback that ended the one before, without a promise in between. */
function runClient(client: number, context: ScenarioContext, firstSends: (number | null)[]): Promise<void> {
  return new Promise((resolve) => {
    let first = true
    const ended = (sent: Sent): void => {
      if (first) firstSends.push(sent.writeStart)
      first = false
      next()
    }
    const next = (): void => {
      if (context.stopped()) {
        resolve()
        return
      }
      const request = context.take()
      if (request === null) {
        if (context.moments.firstIdle === null) {
          context.moments.firstIdle = context.now()
          context.enter('drain')
        }
        resolve()
      } else {
        context.send(request, { phase: 'measure', client, stage: null, intended: null }, ended)
      }
    }
    next()
  })
}
