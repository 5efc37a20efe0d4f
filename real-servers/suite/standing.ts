import { delimiter, join } from 'node:path'
import { CheckFailed, must } from '../checks/check.ts'
import type { Installed } from '../real-server.ts'
import { launchServer } from '../../src/servers/launch-server.ts'
import { acceptsConnections, addressOf, releasePorts, reservePorts } from '../../src/servers/ports.ts'
import { createFamily, type ProcessFamily } from '../../src/servers/process-family.ts'
import { commandOf } from '../../src/servers/process-tree.ts'
import type { RunningServer } from '../../src/servers/running-server.ts'
import { readServerFiles, type StandingServer } from '../../src/servers/standing-server.ts'
import { complaint, type Suite } from './suite.ts'

/** A server that runs while it is measured several times. */
export interface Standing {
  /** `http://127.0.0.1:PORT` */
  readonly root: string
  readonly readySeconds: number
  /** What `npm run bench` is told to find it. */
  readonly words: readonly string[]
  readonly family: ProcessFamily
  /** Ends it by its own way and looks whether anything is left; rejects with CheckFailed when there is. Resolves with how long it took. */
  stop(): Promise<number>
}

/** Starts it, by `npm run server` where the suite can. Rejects with CheckFailed. */
export async function startServer(installed: Installed, suite: Suite, signal: AbortSignal): Promise<Standing> {
  return installed.start.by === 'suite' ? await startBySuite(suite) : await startByTest(installed, suite, signal)
}

async function startBySuite(suite: Suite): Promise<Standing> {
  const run = await suite.server('start').done
  must(run.code === 0, () => `npm run server -- start: ${complaint(run)}`)
  const record = readServerFiles(suite.outDirectory)
    .map((file) => file.record)
    .find((record): record is StandingServer => record.phase === 'running')
  must(record !== undefined, () => `npm run server -- start left no state: ${complaint(run)}`)
  const leader = { pid: record.pid, startTicks: record.start_ticks }
  const family = createFamily(
    record.family,
    leader,
    record.members.map(({ pid, start_ticks }) => ({ pid, startTicks: start_ticks })),
  )
  const root = new URL(record.readiness).origin
  return {
    root,
    readySeconds: record.startup.ready_s,
    words: ['--client-only'],
    family,
    async stop() {
      family.remember()
      const ended = await suite.server('stop').done
      must(
        ended.code === 0 && ended.output.includes('nothing is left running'),
        () => `npm run server -- stop: ${complaint(ended)}`,
      )
      await mustBeGone(family, root)
      return ended.seconds
    },
  }
}

async function startByTest(installed: Installed, suite: Suite, signal: AbortSignal): Promise<Standing> {
  if (installed.start.by !== 'test') throw new Error('the suite starts it')
  const [port = 0] = await reservePorts(1)
  const { launch, beside } = await installed.start.launch(port)
  let running: RunningServer
  try {
    running = await launchServer(launch, {
      logFile: join(suite.outDirectory, 'servers', `${suite.name}.server.log`),
      signal,
      name: suite.name,
      startupTimeoutSeconds: 300,
      baseEnv: { ...process.env, PATH: [...installed.path, process.env['PATH']].join(delimiter) },
    })
  } catch (error) {
    await beside?.[Symbol.asyncDispose]()
    throw error
  } finally {
    releasePorts([port])
  }
  const { id, leader, members } = running.family()
  const [endpoint] = running.endpoints
  return {
    root: new URL(launch.readiness.url).origin,
    readySeconds: running.startup.ready_s,
    words: ['--base-url', endpoint?.url ?? ''],
    family: createFamily(id, leader, members),
    async stop() {
      const { clean, remaining, openPorts, stopSeconds } = await running.stop()
      await beside?.[Symbol.asyncDispose]()
      const left = [...remaining.map(({ pid, command }) => `pid ${pid} (${command})`), ...openPorts]
      must(clean, () => `left after the stop: ${left.join(', ')}`)
      return stopSeconds
    },
  }
}

/** Looks itself, so that nobody's word is taken for it. `root`: an address that must be closed. */
export async function mustBeGone(family: ProcessFamily, root: string | null): Promise<void> {
  const left = family.living().map(({ pid }) => `pid ${pid} (${commandOf(pid).slice(0, 60)})`)
  if (root !== null && (await acceptsConnections(addressOf(root)))) left.push(`an open port at ${root}`)
  if (left.length > 0) throw new CheckFailed(`left running: ${left.join(', ')}`)
}
