import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { UserError } from '../errors.ts'
import {
  acquireHostLock,
  hostLockPath,
  removeStale,
  type HostLock,
  type HostLockOptions,
  type LockHolder,
} from './host-lock.ts'
import { identityOf } from './process-tree.ts'
import { eventually } from './testing/eventually.ts'

// Limits for a busy machine, not expectations.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

let folder: string
let path: string
let started: ChildProcess[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-lock-'))
  path = join(folder, 'servemark.lock')
  started = []
})
afterEach(() => {
  for (const child of started) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

const acquire = (options: Partial<HostLockOptions> = {}): Promise<HostLock> =>
  acquireHostLock({ wait: false, signal: new AbortController().signal, path, pollSeconds: 0.02, ...options })

/** Starts processes that want the lock; they add their pid to the report when they hold it. */
function startHolders(count: number): { children: ChildProcess[]; holders: () => number[] } {
  const report = join(folder, 'report')
  const holder = fileURLToPath(new URL('./testing/lock-holder.ts', import.meta.url))
  const options = { stdio: 'ignore', env: { ...process.env, NODE_OPTIONS: '' } } as const
  const children = Array.from({ length: count }, () => spawn(process.execPath, [holder, path, report], options))
  started.push(...children)
  const holders = (): number[] =>
    existsSync(report) ? readFileSync(report, 'utf8').trim().split('\n').filter(Boolean).map(Number) : []
  return { children, holders }
}

const stale = { pid: 2 ** 22 + 1, startTicks: 1, since: '2026-01-01T00:00:00.000Z', command: 'old', token: 'old' }

test('the file names the holder', async () => {
  const lock = await acquire({ command: 'npm run bench' })
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(lock.holder)
  expect(lock.holder).toMatchObject({ ...identityOf(process.pid), command: 'npm run bench' })
})

test('release leaves no file', async () => {
  const lock = await acquire()
  lock.release()
  lock.release()
  expect(readdirSync(folder)).toEqual([])
})

test('a second run that may not wait is told who measures and what to do', async () => {
  const lock = await acquire({ command: 'npm run bench' })
  const error: unknown = await acquire().catch((error: unknown) => error)
  expect(error).toBeInstanceOf(UserError)
  expect((error as UserError).message).toContain(`pid ${process.pid}, since ${lock.holder.since}, npm run bench`)
  expect((error as UserError).message).toContain('--no-lock')
})

test('a second run that waits says once whom it waits for, and gets the lock when it is free', async () => {
  const first = await acquire({ command: 'first' })
  const seen: LockHolder[] = []
  const second = acquire({
    wait: true,
    onWait: (holder) => {
      seen.push(holder)
      setTimeout(() => first.release(), 100)
    },
  })
  expect((await second).path).toBe(path)
  expect(seen).toEqual([first.holder])
})

test('waiting ends with the reason of the signal', async () => {
  await acquire()
  const controller = new AbortController()
  const reason = new Error('Ctrl-C')
  const waiting = acquire({ wait: true, signal: controller.signal, onWait: () => controller.abort(reason) })
  await expect(waiting).rejects.toBe(reason)
})

test('the lock of a killed run is taken over', async () => {
  const { children, holders } = startHolders(1)
  await eventually('the lock to be held', () => holders().length === 1)
  await expect(acquire()).rejects.toThrow(`pid ${children[0]?.pid}`)
  children[0]?.kill('SIGKILL')
  const lock = await acquire({ wait: true })
  expect(lock.holder.pid).toBe(process.pid)
})

test.each([
  ['a pid that is gone', JSON.stringify(stale)],
  ['a pid that another process has now', JSON.stringify({ ...identityOf(process.pid), startTicks: 1, token: 'old' })],
  ['half a line', '{"pid": 12'],
  ['nothing', ''],
])('a lock with %s is taken over', async (_, text) => {
  writeFileSync(path, text)
  const lock = await acquire()
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(lock.holder)
  expect(readdirSync(folder)).toEqual(['servemark.lock'])
})

test('a takeover that was killed half way does not block the next', async () => {
  writeFileSync(path, JSON.stringify(stale))
  writeFileSync(`${path}.takeover`, JSON.stringify(stale))
  expect((await acquire()).holder.pid).toBe(process.pid)
})

test('a lock that was taken since it was judged stale stays', async () => {
  const lock = await acquire()
  expect(removeStale(path, JSON.stringify(stale))).toBe(true)
  expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(lock.holder)
})

test('a stale lock that is another one than was judged stays', () => {
  writeFileSync(path, JSON.stringify({ ...stale, token: 'newer' }))
  removeStale(path, JSON.stringify(stale))
  expect(existsSync(path)).toBe(true)
})

test('of runs that find one stale lock together, each gets it alone', async () => {
  writeFileSync(path, JSON.stringify(stale))
  const { children, holders } = startHolders(3)
  for (let turn = 1; turn <= children.length; turn += 1) {
    await eventually(`holder ${turn}`, () => holders().length >= turn)
    expect(holders()).toHaveLength(turn)
    const pid = holders().at(-1)
    expect((JSON.parse(readFileSync(path, 'utf8')) as LockHolder).pid).toBe(pid)
    children.find((child) => child.pid === pid)?.kill('SIGKILL')
  }
})

test('release leaves the lock of another run alone', async () => {
  const lock = await acquire()
  const other = JSON.stringify({ ...lock.holder, token: 'another' })
  writeFileSync(path, other)
  lock.release()
  expect(readFileSync(path, 'utf8')).toBe(other)
})

test('a folder that cannot be written is a clear error', async () => {
  await expect(acquire({ path: join(folder, 'none', 'lock') })).rejects.toThrow(
    /cannot write the lock .*ENOENT.*--no-lock/,
  )
})

test("the path is in the user's runtime folder, else in the temporary folder by the user's number", () => {
  expect(hostLockPath({ XDG_RUNTIME_DIR: '/run/user/7' })).toBe('/run/user/7/servemark.lock')
  expect(hostLockPath({})).toBe(join(tmpdir(), `servemark-${process.getuid?.()}.lock`))
})
