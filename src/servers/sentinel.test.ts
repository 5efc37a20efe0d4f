import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { reservePorts } from './ports.ts'
import { identityOf, isAlive, listProcesses, type ProcessIdentity } from './process-tree.ts'
import { Sentinel } from './sentinel.ts'
import { eventually, processIn } from './testing/eventually.ts'

// Limits for a busy machine, not expectations.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let folder: string
let started: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-sentinel-'))
  started = []
})
afterEach(() => {
  for (const child of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const script = (name: string): string => fileURLToPath(new URL(`./testing/${name}`, import.meta.url))

function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { detached: true, stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } })
  started.push(child)
  return child
}

const sleeper = (): ProcessIdentity => identityOf(start('sleep', ['300']).pid as number)

const gone = (what: string, process: ProcessIdentity): Promise<boolean> => eventually(what, () => !isAlive(process))

describe('when the process that launched a server is killed', () => {
  async function parent(
    flags: readonly string[],
    serverFlags: readonly string[],
  ): Promise<[ChildProcess, ProcessIdentity]> {
    const [port] = await reservePorts(1)
    const report = join(folder, 'report')
    const common = ['--port', String(port), '--log', join(folder, 'server.log'), '--report', report]
    const child = start(process.execPath, [script('parent.ts'), ...common, ...flags, '--', ...serverFlags])
    const text = await eventually('the report', () => existsSync(report) && readFileSync(report, 'utf8').trim())
    return [child, identityOf((JSON.parse(text) as { pid: number }).pid)]
  }

  test('the server goes, its children and an orphan in another session that ignores TERM', async () => {
    const [own, other] = [join(folder, 'child'), join(folder, 'grandchild')]
    const [killed, server] = await parent([], ['--ignoreTerm', '--child', own, '--grandchild', other])
    const family = [server, await processIn(own), await processIn(other)]
    expect(family.map(isAlive)).toEqual([true, true, true])
    killed.kill('SIGKILL')
    for (const member of family) await gone(`process ${member.pid}`, member)
  })

  test('a server that still loads goes', async () => {
    const [killed, server] = await parent(['--early'], ['--neverReady'])
    expect(isAlive(server)).toBe(true)
    killed.kill('SIGKILL')
    await gone('the server', server)
  })

  test('the sentinel goes after it', async () => {
    const [killed, server] = await parent([], [])
    const sentinel = listProcesses().find((info) => info.parent === killed.pid && info.name === 'sh')
    expect(sentinel).toBeDefined()
    killed.kill('SIGKILL')
    await gone('the server', server)
    await gone('the sentinel', sentinel as ProcessIdentity)
  })
})

describe('a sentinel whose input ends', () => {
  /** Ends the input as our death would. */
  async function lose(sentinel: Sentinel): Promise<void> {
    const pid = sentinel.pid as number
    const identity = identityOf(pid)
    sentinel.abandon()
    await gone('the sentinel', identity)
  }

  test('ends every group that it guards, and none that was released', async () => {
    const sentinel = new Sentinel()
    const [server, load, released] = [sleeper(), sleeper(), sleeper()]
    for (const leader of [server, load]) sentinel.guard({ graceSeconds: 1 }).lead(leader)
    const guard = sentinel.guard()
    guard.lead(released)
    guard.release()
    await lose(sentinel)
    expect([server, load, released].map(isAlive)).toEqual([false, false, true])
  })

  test('leaves a process alone that got the pid of a guarded one', async () => {
    const sentinel = new Sentinel()
    const stranger = sleeper()
    sentinel.guard({ graceSeconds: 1 }).lead({ pid: stranger.pid, startTicks: (stranger.startTicks as number) - 1 })
    await lose(sentinel)
    expect(isAlive(stranger)).toBe(true)
  })

  test('kills by itself when the reaper cannot run, start times compared', async () => {
    const sentinel = new Sentinel({ node: '/no/such/node' })
    const [guarded, stranger, released] = [sleeper(), sleeper(), sleeper()]
    sentinel.guard().lead(guarded)
    sentinel.guard().lead({ pid: stranger.pid, startTicks: (stranger.startTicks as number) - 1 })
    const guard = sentinel.guard()
    guard.lead(released)
    guard.release()
    await lose(sentinel)
    await gone('the guarded process', guarded)
    expect([stranger, released].map(isAlive)).toEqual([true, true])
  })

  test('is started again when somebody kills it, with all that it guarded', async () => {
    const sentinel = new Sentinel()
    const guarded = sleeper()
    sentinel.guard({ graceSeconds: 1 }).lead(guarded)
    const first = sentinel.pid as number
    process.kill(first, 'SIGKILL')
    await eventually('a new sentinel', () => sentinel.pid !== null && sentinel.pid !== first)
    await lose(sentinel)
    expect(isAlive(guarded)).toBe(false)
  })
})

test('the last release ends the sentinel and nothing else', async () => {
  const sentinel = new Sentinel()
  const leader = sleeper()
  const guard = sentinel.guard()
  guard.lead(leader)
  const watcher = identityOf(sentinel.pid as number)
  guard.release()
  guard.release()
  expect(sentinel.pid).toBeNull()
  await gone('the sentinel', watcher)
  expect(isAlive(leader)).toBe(true)
})

test('signals that a terminal or a supervisor sends do not end it', async () => {
  const sentinel = new Sentinel()
  const leader = sleeper()
  sentinel.guard({ graceSeconds: 1 }).lead(leader)
  const pid = sentinel.pid as number
  await eventually('sh to set its traps', () => ignoredSignals(pid).includes(15))
  for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.kill(pid, signal)
  expect(sentinel.pid).toBe(pid)
  sentinel.abandon()
  await gone('the guarded process', leader)
})

function ignoredSignals(pid: number): number[] {
  const mask = BigInt(`0x${/SigIgn:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0'}`)
  return Array.from({ length: 31 }, (_, at) => at + 1).filter((signal) => (mask >> BigInt(signal - 1)) & 1n)
}
