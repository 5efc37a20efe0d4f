import { randomUUID } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { guardLines } from './guard-lines.ts'
import { sentinelScript } from './sentinel-script.ts'
import { identityOf, type ProcessIdentity } from './process-tree.ts'

/** A family that the sentinel ends when this process dies before `release`. */
export interface Guard {
  /** Processes started with `SERVEMARK_FAMILY=<id>` belong to it even before the leader is named. */
  readonly id: string
  lead(leader: ProcessIdentity): void
  add(members: readonly ProcessIdentity[]): void
  /** All of it is gone, or is no longer ours. Idempotent. */
  release(): void
}

export interface GuardOptions {
  /** Time between TERM and KILL once this process has died. */
  readonly graceSeconds?: number
}

interface SentinelSettings {
  readonly node?: string
}

/**
 * Watches this process from outside: its input ends when we die, even by KILL, and it then ends every guarded family.
 * It starts with the first guard and goes with the last.
 */
export class Sentinel {
  readonly #node: string
  readonly #guards = new Map<string, string[]>()
  #child: ChildProcess | null = null
  #starts = 0

  constructor({ node = process.execPath }: SentinelSettings = {}) {
    this.#node = node
  }

  /** Null while nothing is guarded. */
  get pid(): number | null {
    return this.#child?.pid ?? null
  }

  guard({ graceSeconds = 5 }: GuardOptions = {}): Guard {
    const id = randomUUID()
    this.#guards.set(id, [])
    const tell = (line: string): void => {
      const lines = this.#guards.get(id)
      if (lines === undefined) return
      lines.push(line)
      this.#write(line)
    }
    if (this.#child === null) this.#start()
    tell(guardLines.guard(id, graceSeconds))
    return {
      id,
      lead: (leader) => tell(guardLines.leader(id, leader)),
      add: (members) => members.forEach((member) => tell(guardLines.member(id, member))),
      release: () => {
        if (!this.#guards.delete(id)) return
        this.#write(guardLines.release(id))
        if (this.#guards.size === 0) this.#close()
      },
    }
  }

  /** Lets go as if this process had died: all that is guarded is ended. */
  abandon(): void {
    this.#child?.stdin?.end()
    this.#child = null
    this.#guards.clear()
  }

  #start(): void {
    this.#starts += 1
    const reaper = fileURLToPath(new URL('./reaper.ts', import.meta.url))
    const child = spawn('/bin/sh', ['-c', sentinelScript, 'servemark-sentinel', this.#node, reaper], {
      detached: true,
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    this.#child = child
    child.unref()
    // Absent when the system had no descriptors left.
    const input = child.stdin as Socket | null | undefined
    input?.unref()
    input?.on('error', () => {})
    const onGone = (): void => {
      if (this.#child !== child) return
      this.#child = null
      // Somebody ended it: start another with all that is guarded, but not for ever.
      if (this.#guards.size === 0 || this.#starts > 5) return
      this.#start()
    }
    child.on('error', onGone)
    child.on('exit', onGone)
    for (const lines of this.#guards.values()) lines.forEach((line) => this.#write(line))
  }

  #write(line: string): void {
    this.#child?.stdin?.write(`${line}\n`)
  }

  #close(): void {
    this.#write(guardLines.close())
    this.#child?.stdin?.end()
    this.#child = null
    this.#starts = 0
  }
}

const shared = new Sentinel()

/** A guard for a family that is about to be started. */
export function guardFamily(options?: GuardOptions): Guard {
  return shared.guard(options)
}

/** Guards a process that leads its own group (started with `detached: true`), its group and what it starts. */
export function guardGroup(leaderPid: number, options?: GuardOptions): Guard {
  const guard = shared.guard(options)
  guard.lead(identityOf(leaderPid))
  return guard
}
