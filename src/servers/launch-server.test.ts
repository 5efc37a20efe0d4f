import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Launch } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import { launchServer, type LaunchOptions } from './launch-server.ts'
import { acceptsConnections, reservePorts } from './ports.ts'
import { commandOf, isAlive, identityOf, listProcesses, isRunning, type ProcessIdentity } from './process-tree.ts'
import type { RunningServer, ServerEvent } from './running-server.ts'
import { eventually, processIn } from './testing/eventually.ts'
import { testLaunch } from './testing/test-launch.ts'

// Limits for a busy machine, not expectations.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let folder: string
let port: number
let servers: RunningServer[]

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-servers-'))
  port = (await reservePorts(1))[0] as number
  servers = []
})
afterEach(async () => {
  for (const server of servers) await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function launch(
  flags: readonly string[],
  options: Partial<LaunchOptions> = {},
  changes: Partial<Launch> = {},
): Promise<RunningServer> {
  const server = await launchServer(testLaunch(port, flags, changes), {
    logFile: join(folder, 'logs', 'server.log'),
    signal: new AbortController().signal,
    ...options,
  })
  servers.push(server)
  return server
}

async function failure(promise: Promise<unknown>): Promise<UserError> {
  const error = await promise.then(
    () => null,
    (error: unknown) => error,
  )
  expect(error).toBeInstanceOf(UserError)
  return error as UserError
}

const groupMembers = (pgid: number): number[] =>
  listProcesses()
    .filter((info) => info.group === pgid && isRunning(info))
    .map(({ pid }) => pid)

describe('loading', () => {
  test('waits until the readiness url answers 200', async () => {
    const answers: number[] = []
    const server = await launch(['--readyAfterMs', '300'], {
      onEvent: (event) => {
        if (event.kind === 'loading' && event.answer.kind === 'status') answers.push(event.answer.status)
      },
    })
    expect(new Set(answers)).toEqual(new Set([503]))
    expect(server.startup.ready_s).toBeGreaterThanOrEqual(0.3)
    expect(server.startup.port_open_s).toBeLessThan(server.startup.ready_s)
    expect(server.startup.spawn_s).toBeLessThan(server.startup.port_open_s)
  })

  test('leads a group and a session of its own', async () => {
    const server = await launch([])
    const info = listProcesses().find(({ pid }) => pid === server.pid)
    expect(info).toMatchObject({ group: server.pid, session: server.pid })
    expect(server.pgid).toBe(server.pid)
    expect(server.alive()).toBe(true)
  })

  test('an exit says its code, the last lines and where the log is', async () => {
    const error = await failure(launch(['--exitCode', '3', '--neverReady', '--say', 'no such model'], { name: 'vllm' }))
    expect(error.message).toMatch(/^vllm: the server exited with code 3 while loading, after \d+\.\d s\. Log: /)
    expect(error.message).toContain(join(folder, 'logs', 'server.log'))
    expect(error.message).toContain('  | no such model')
  })

  test('an exit with code 0 is a crash', async () => {
    const error = await failure(launch(['--exitCode', '0', '--neverReady']))
    expect(error.message).toContain('exited with code 0, which nobody asked for while loading')
    expect(error.message).toContain('wrote nothing to its log')
  })

  test('never ready: says for how long, and what the url answered, and leaves nothing', async () => {
    const child = join(folder, 'child')
    const error = await failure(
      launch(['--neverReady', '--say', 'loading layer 1', '--child', child], { startupTimeoutSeconds: 1.5 }),
    )
    expect(error.message).toContain(`not ready within 1.5 s; http://127.0.0.1:${port}/health answered 503`)
    expect(error.message).toContain('  | loading layer 1')
    expect(isAlive(await processIn(child))).toBe(false)
  })

  test('a port that never opens is told apart', async () => {
    const error = await failure(launch(['--listen', 'no'], { startupTimeoutSeconds: 0.5 }))
    expect(error.message).toContain('/health refused connections')
  })

  test('a missing program names it and what to install', async () => {
    const error = await failure(
      launch([], { name: 'vllm' }, { argv: ['no-such-program'], missing: 'pip install vllm' }),
    )
    expect(error.message).toBe('vllm: the program "no-such-program" was not found. pip install vllm')
  })

  test('a port in use is refused before anything starts', async () => {
    const other = createServer().listen(port, '127.0.0.1')
    await once(other, 'listening')
    const events: ServerEvent[] = []
    const error = await failure(launch([], { onEvent: (event) => events.push(event) }))
    expect(error.message).toContain(`127.0.0.1:${port} is already in use`)
    expect(events).toEqual([])
    other.close()
  })

  test('a port that another process shares is refused, since it takes some of the requests', async () => {
    const other = createHttpServer((_, response) => response.end())
    const loading = launch(['--reusePort', '--readyAfterMs', '0'], {
      onEvent: (event) => {
        if (event.kind === 'spawned') other.listen({ port, host: '127.0.0.1', reusePort: true })
      },
    })
    const error = await failure(loading)
    other.close()
    expect(error.message).toContain(`port ${port} is also held by another process (pid ${process.pid}: `)
  })

  test('aborted before it begins: nothing is started', async () => {
    const events: ServerEvent[] = []
    const reason = new Error('Ctrl-C')
    const loading = launch([], { signal: AbortSignal.abort(reason), onEvent: (event) => events.push(event) })
    await expect(loading).rejects.toBe(reason)
    expect(events).toEqual([])
  })

  test('a log that cannot be written names the file', async () => {
    const file = join(folder, 'file')
    writeFileSync(file, '')
    const error = await failure(launch([], { logFile: join(file, 'server.log') }))
    expect(error.message).toContain(
      `cannot write the server's log ${join(file, 'server.log')} (EEXIST). Choose another folder`,
    )
  })

  test('aborted: rejects with the reason at once and leaves nothing', async () => {
    const controller = new AbortController()
    const reason = new Error('Ctrl-C')
    let pid = 0
    const started = performance.now()
    const loading = launch(['--neverReady', '--ignoreTerm'], {
      signal: controller.signal,
      onEvent: (event) => {
        if (event.kind === 'spawned') pid = event.pid
        if (event.kind === 'loading') controller.abort(reason)
      },
    })
    await expect(loading).rejects.toBe(reason)
    expect(pid).toBeGreaterThan(0)
    expect(groupMembers(pid)).toEqual([])
    expect(performance.now() - started).toBeLessThan(15_000)
  })

  test('a word in the log decides nothing', async () => {
    const server = await launch(['--say', 'ERROR: error error', '--say', 'Traceback (most recent call last):'])
    expect(server.alive()).toBe(true)
    expect(server.logTail(1)).toEqual(['Traceback (most recent call last):'])
  })
})

describe('running', () => {
  test('a server that writes much is not blocked, and all of it is in the log', async () => {
    const server = await launch(['--stderrBytes', '1000000'])
    expect(statSync(server.logFile).size).toBe(1_000_000)
  })

  test('output is appended to a log, and the tail is of this server alone', async () => {
    await (await launch(['--say', 'first'])).stop()
    const server = await launch(['--say', 'second'])
    expect(server.logTail(10)).toEqual(['second'])
    expect(readFileSync(server.logFile, 'utf8')).toBe('first\nsecond\n')
  })

  test('a death while idle is told with its code, as a crash', async () => {
    const server = await launch(['--exitCode', '7', '--exitAfterMs', '600'])
    const exit = await server.exited
    expect(exit).toMatchObject({ kind: 'crashed', code: 7, signal: null })
    expect(server.alive()).toBe(false)
    expect(await server.stop()).toMatchObject({ how: 'had-exited', exit, clean: true })
  })

  test('a death by a signal is told with its signal', async () => {
    const server = await launch([])
    process.kill(server.pid, 'SIGKILL')
    expect(await server.exited).toMatchObject({ kind: 'crashed', code: null, signal: 'SIGKILL' })
  })
})

describe('stopping', () => {
  test("by the server's own signal", async () => {
    const server = await launch([], {}, { stop: { signal: 'SIGINT', graceSeconds: 10 } })
    const report = await server.stop()
    expect(report).toMatchObject({
      how: 'own-signal',
      remaining: [],
      openPorts: [],
      clean: true,
      exit: { kind: 'stopped', signal: 'SIGINT' },
    })
    expect(await acceptsConnections({ host: '127.0.0.1', port })).toBe(false)
  })

  test('the grace lets a server finish', async () => {
    const server = await launch(['--slowStopMs', '300'])
    expect(await server.stop()).toMatchObject({ how: 'own-signal', exit: { code: 0, kind: 'stopped' } })
  })

  test('twice gives one report', async () => {
    const server = await launch([])
    const [first, second] = await Promise.all([server.stop(), server.stop()])
    expect(second).toBe(first)
    expect(await server.stop()).toBe(first)
  })

  test('a server that ignores TERM is killed', async () => {
    const steps: string[] = []
    const server = await launch(
      ['--ignoreTerm'],
      {
        stop: { terminateSeconds: 0.2 },
        onEvent: (event) => {
          if (event.kind === 'stopping') steps.push(event.step)
        },
      },
      { stop: { signal: 'SIGTERM', graceSeconds: 0.2 } },
    )
    expect(await server.stop()).toMatchObject({
      how: 'kill',
      clean: true,
      exit: { kind: 'stopped', signal: 'SIGKILL' },
    })
    expect(steps).toEqual(['own-signal', 'terminate', 'kill'])
  })

  test('children in the group go too, soon after their parent', async () => {
    const file = join(folder, 'child')
    const server = await launch(['--child', file], { stop: { stragglerSeconds: 0.1 } })
    const child = await processIn(file)
    expect(isAlive(child)).toBe(true)
    expect(await server.stop()).toMatchObject({ how: 'terminate', clean: true })
    expect(isAlive(child)).toBe(false)
    expect(groupMembers(server.pgid)).toEqual([])
  })

  test('an orphan in a session of its own that ignores TERM goes too', async () => {
    const file = join(folder, 'grandchild')
    const server = await launch(['--grandchild', file], { stop: { stragglerSeconds: 0.1, terminateSeconds: 0.2 } })
    const grandchild = await processIn(file)
    const info = listProcesses().find(({ pid }) => pid === grandchild.pid)
    expect(info?.session).not.toBe(server.pid)
    expect(await server.stop()).toMatchObject({ how: 'kill', clean: true })
    expect(isAlive(grandchild)).toBe(false)
  })

  test('what a crashed server left behind goes by stop', async () => {
    const [child, grandchild] = [join(folder, 'child'), join(folder, 'grandchild')]
    const server = await launch(['--child', child, '--grandchild', grandchild], {
      stop: { stragglerSeconds: 0.1, terminateSeconds: 0.2 },
    })
    const left: ProcessIdentity[] = [await processIn(child), await processIn(grandchild)]
    process.kill(server.pid, 'SIGKILL')
    const exit = await server.exited
    expect(left.map(isAlive)).toEqual([true, true])
    expect(await server.stop()).toMatchObject({ exit, clean: true })
    expect(left.map(isAlive)).toEqual([false, false])
  })

  test('at the end of a block that holds it', async () => {
    let server: ProcessIdentity
    {
      await using running = await launch([])
      server = identityOf(running.pid)
      expect(isAlive(server)).toBe(true)
    }
    expect(isAlive(server)).toBe(false)
  })

  test('leaves no sentinel', async () => {
    const server = await launch([])
    const sentinels = (): number[] =>
      listProcesses()
        .filter((info) => info.parent === process.pid && info.name === 'sh' && isRunning(info))
        .map(({ pid }) => pid)
    expect(sentinels()).toHaveLength(1)
    await server.stop()
    await eventually('the sentinel to go', () => sentinels().length === 0)
  })
})

describe('secrets in what a server writes', () => {
  const filters = (): number[] =>
    listProcesses()
      .filter((info) => info.parent === process.pid && isRunning(info))
      .map(({ pid }) => pid)
      .filter((pid) => commandOf(pid).includes('log-filter'))

  test('are not in its log, nor in what is said of its end, and the filter goes with it', async () => {
    const flags = ['--say', 'my key is key-0123', '--exitCode', '4', '--listen', 'no']
    const error = await failure(launch(flags, { secrets: ['key-0123'] }))
    expect(error.message).toMatch(/exited with code 4 while loading[^]*\| my key is \[redacted\]$/)
    expect(readFileSync(join(folder, 'logs', 'server.log'), 'utf8')).toBe('my key is [redacted]\n')
    await eventually('the filter to go', () => filters().length === 0)
  })

  test('a server that writes much is not blocked, and all of it is there', async () => {
    const server = await launch(['--stderrBytes', '300000'], { secrets: ['key-0123'] })
    expect(filters()).toHaveLength(1)
    await eventually('all of it', () => statSync(join(folder, 'logs', 'server.log')).size === 300_000)
    expect(server.logTail(1)).toEqual(['x'.repeat(99)])
    await server.stop()
    await eventually('the filter to go', () => filters().length === 0)
  })
})
