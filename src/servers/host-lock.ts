import { randomUUID } from 'node:crypto'
import { existsSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { UserError } from '../errors.ts'
import { identityOf, isAlive, type ProcessIdentity } from './process-tree.ts'

export interface LockHolder extends ProcessIdentity {
  /** ISO time. */
  readonly since: string
  readonly command: string
  /** Tells two locks of one process apart. */
  readonly token: string
}

export interface HostLockOptions {
  /** False: a UserError at once when another run holds it. */
  readonly wait: boolean
  readonly signal: AbortSignal
  /** Called once for each run that is waited for. */
  readonly onWait?: (holder: LockHolder) => void
  /** What others are told; default: this process's command line. */
  readonly command?: string
  /** Default: `hostLockPath()`. */
  readonly path?: string
  readonly pollSeconds?: number
}

export interface HostLock extends Disposable {
  readonly path: string
  readonly holder: LockHolder
  /** Idempotent; leaves a lock alone that has passed to another run. */
  release(): void
}

/** One file a user and host: in XDG_RUNTIME_DIR, else in the temporary directory with the user's number. */
export function hostLockPath(env: NodeJS.ProcessEnv = process.env): string {
  const runtime = env['XDG_RUNTIME_DIR']
  if (runtime !== undefined && runtime !== '') return join(runtime, 'servemark.lock')
  return join(tmpdir(), `servemark-${userInfo().uid}.lock`)
}

/**
 * Takes the lock that keeps two runs of a host from measuring each other. A lock whose holder is dead, however it died,
 * is taken over. Rejects with the signal's reason when aborted.
 */
export async function acquireHostLock(options: HostLockOptions): Promise<HostLock> {
  const { wait, signal, onWait = () => {}, path = hostLockPath(), pollSeconds = 0.5 } = options
  const command = options.command ?? process.argv.join(' ')
  const waitedFor = new Set<string>()
  for (;;) {
    signal.throwIfAborted()
    const holder = { ...identityOf(process.pid), since: new Date().toISOString(), command, token: randomUUID() }
    if (createLock(path, holder)) return held(path, holder)

    const other = readLock(path)
    if (other.kind === 'absent') continue
    if (other.kind === 'stale') {
      if (!removeStale(path, other.text)) await sleep(20)
      continue
    }
    if (!wait) {
      throw new UserError(
        `${describeHolder(other.holder)} is measuring on this host. Wait for it, or use --no-lock: results are then suspect`,
      )
    }
    if (!waitedFor.has(other.holder.token)) {
      waitedFor.add(other.holder.token)
      onWait(other.holder)
    }
    await sleep(pollSeconds * 1000, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** e.g. `another run (pid 4711, since 10:31:07, npm run bench)` */
export function describeHolder({ pid, since, command }: LockHolder): string {
  return `another run (pid ${pid}, since ${since}, ${command})`
}

function held(path: string, holder: LockHolder): HostLock {
  const release = (): void => {
    const now = readLock(path)
    if (now.kind === 'held' && now.holder.token === holder.token) remove(path)
  }
  return { path, holder, release, [Symbol.dispose]: release }
}

/** Whole or not at all: written aside and linked, since a reader must never see half a lock. False: there is one. */
function createLock(path: string, holder: LockHolder): boolean {
  const aside = `${path}.${holder.token}`
  try {
    writeFileSync(aside, `${JSON.stringify(holder)}\n`, { flag: 'wx' })
    linkSync(aside, path)
    return true
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST') return false
    throw new UserError(
      `cannot write the lock ${path} (${code}). Set XDG_RUNTIME_DIR to a folder of yours, or use --no-lock`,
    )
  } finally {
    // What could not be written is not there, and may not be removable either.
    if (existsSync(aside)) remove(aside)
  }
}

type LockState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'stale'; readonly text: string }
  | { readonly kind: 'held'; readonly holder: LockHolder }

function readLock(path: string): LockState {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { kind: 'absent' }
    throw new UserError(`cannot read the lock ${path} (${(error as NodeJS.ErrnoException).code}). Use --no-lock`)
  }
  const holder = parseHolder(text)
  return holder !== null && isAlive(holder) ? { kind: 'held', holder } : { kind: 'stale', text }
}

function parseHolder(text: string): LockHolder | null {
  let value: Partial<LockHolder>
  try {
    value = JSON.parse(text) as Partial<LockHolder>
  } catch {
    return null
  }
  const { pid, startTicks = null, since = '', command = '', token = '' } = value ?? {}
  return typeof pid === 'number' && pid > 0 ? { pid, startTicks, since, command, token } : null
}

/**
 * Removes the lock if it still is the one that was judged stale. Runs that find the same one stale take turns by a
 * second lock: else the slower would remove what the faster has just taken. False: another has its turn.
 */
export function removeStale(path: string, text: string): boolean {
  const turnPath = `${path}.takeover`
  const turn = { ...identityOf(process.pid), since: new Date().toISOString(), command: 'takeover', token: randomUUID() }
  if (!createLock(turnPath, turn)) {
    if (readLock(turnPath).kind === 'stale') remove(turnPath)
    return false
  }
  try {
    const now = readLock(path)
    if (now.kind === 'stale' && now.text === text) remove(path)
    return true
  } finally {
    remove(turnPath)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
