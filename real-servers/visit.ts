import { join } from 'node:path'
import { UserError } from '../src/errors.ts'
import { checkCounts } from './checks/counts.ts'
import { disconnect } from './checks/disconnect.ts'
import { checkKill } from './checks/kill.ts'
import { checkOwnTimes } from './checks/own-times.ts'
import { sweep, type Measured } from './checks/sweep.ts'
import type { CheckContext } from './checks/check.ts'
import { Checklist, type Outcome } from './checklist.ts'
import type { Installed, RealServer, Sweep } from './real-server.ts'
import { startServer } from './suite/standing.ts'
import { endLeftServers, Suite, type Point } from './suite/suite.ts'
import type { Workshop } from './workshop/workshop.ts'

/** One line of the table. */
export interface VisitReport {
  readonly name: string
  readonly version: string | null
  readonly points: number
  readonly okRequests: number
  readonly seconds: number
  readonly outcome: Outcome
}

export interface VisitOptions {
  readonly name: string
  readonly server: RealServer
  readonly workshop: Workshop
  readonly signal: AbortSignal
  readonly print: (line: string) => void
}

/** Short enough for a machine of two cores, and the same for every server. */
const sweepShape = { promptTokens: [64], outputTokens: [32], clients: [1, 4], requests: 16 }

const uncounted = { kind: 'none', why: 'it counts nothing' } as const

/** Its processes are known by this variable of their environment. */
const markerName = 'SERVEMARK_REAL_SERVER'

/** Makes, starts, measures, disturbs, stops and kills one server. Rejects only with the signal's reason. */
export async function visit({ name, server, workshop, signal, print }: VisitOptions): Promise<VisitReport> {
  const begun = performance.now()
  const list = new Checklist({ signal, print })
  const measured: Measured[] = []
  print(`\n${name}: ${server.title}`)
  const installed = await install(server, workshop, list)
  if (installed !== null) {
    const folder = join(workshop.folder, 'runs', name)
    await endLeftServers(folder)
    const marker = `${process.pid}-${name}`
    const suite = new Suite({
      name,
      bench: { ...sweepShape, ...installed.bench, env: { ...installed.bench.env, [markerName]: marker } },
      folder,
      path: installed.path,
      signal,
    })
    await standing(installed, suite, list, measured, signal)
    await list.check('killed in the middle of a point', () =>
      checkKill(installed, suite, `${markerName}=${marker}`, signal),
    )
  }
  const points = measured.flatMap((each) => each.points)
  return {
    name,
    version: installed?.version ?? null,
    points: points.length,
    okRequests: points.reduce((sum, { outcomes }) => sum + outcomes.ok, 0),
    seconds: (performance.now() - begun) / 1000,
    outcome: list.outcome,
  }
}

async function install(server: RealServer, workshop: Workshop, list: Checklist): Promise<Installed | null> {
  try {
    return await server.install(workshop)
  } catch (error) {
    workshop.signal.throwIfAborted()
    if (!(error instanceof UserError)) throw error
    list.skip(error.message)
    return null
  }
}

/** All checks that need it running; whatever happens, it is stopped. */
async function standing(
  installed: Installed,
  suite: Suite,
  list: Checklist,
  measured: Measured[],
  signal: AbortSignal,
): Promise<void> {
  const server = await list.obtain('start', async () => {
    const value = await startServer(installed, suite, signal)
    return { text: `ready after ${value.readySeconds.toFixed(1)} s`, value }
  })
  if (server === null) return
  const context: CheckContext = { installed, suite, server, signal }
  try {
    for (const how of installed.sweeps) {
      const brought = await measure(context, how, list)
      if (brought !== null) measured.push(brought)
    }
    await list.check(disconnect.name, () => disconnect.run(context))
    for (const check of installed.more ?? []) await list.check(check.name, () => check.run(context))
  } finally {
    await list.always('stop', async () => {
      const seconds = await server.stop()
      return `${seconds.toFixed(1)} s; no process and no open port is left`
    })
  }
}

async function measure(context: CheckContext, how: Sweep, list: Checklist): Promise<Measured | null> {
  const { installed } = context
  const brought = await list.obtain(`sweep, ${how}`, async () => {
    const value = await sweep(context, how)
    const ok = value.points.reduce((sum, { outcomes }) => sum + outcomes.ok, 0)
    const verdicts = value.points.map(verdictText).join(', ')
    const version = value.points[0]?.server.identity['version']
    const said = typeof version === 'string' ? `, its version by its own word ${version}` : ''
    return { text: `${ok} requests ok in ${value.seconds.toFixed(0)} s${said}; ${verdicts}`, value }
  })
  if (brought === null) return null
  await list.check(`counts, ${how}`, async () => checkCounts(brought.points, installed.counts[how] ?? uncounted))
  await list.check(`its times and ours, ${how}`, async () => checkOwnTimes(brought.points, installed.times))
  return brought
}

/** `clients=4 suspect (late_stamps)` */
function verdictText({ point, verdict }: Point): string {
  const rules = new Set(verdict.reasons.filter(({ status }) => status === verdict.status).map(({ rule }) => rule))
  const why = rules.size === 0 ? '' : ` (${[...rules].join(', ')})`
  return `${point.load_words.name} ${verdict.status}${why}`
}
