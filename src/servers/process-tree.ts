import { existsSync, readFileSync, readdirSync } from 'node:fs'

/** A process told apart from a later one that got the same pid. */
export interface ProcessIdentity {
  readonly pid: number
  /** Start time in clock ticks since boot; null where the system has no /proc, and pids alone must do. */
  readonly startTicks: number | null
}

export interface ProcessInfo extends ProcessIdentity {
  readonly startTicks: number
  readonly parent: number
  readonly group: number
  readonly session: number
  /** State letter of /proc, e.g. `R`, `S`, `D`, `Z`. */
  readonly state: string
  readonly name: string
}

/** False on macOS, for one: then only signals tell whether a process lives. */
export const hasProc: boolean = existsSync('/proc/self/stat')

/** The process as /proc has it, zombies included; null when there is none, or no /proc. */
export function readProcess(pid: number): ProcessInfo | null {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return null
  }
  return parseStat(stat)
}

/** Reads a line of /proc/PID/stat; the name in brackets may itself hold brackets, blanks and newlines. */
export function parseStat(stat: string): ProcessInfo | null {
  const open = stat.indexOf('(')
  const close = stat.lastIndexOf(')')
  if (open < 0 || close < open) return null
  const fields = stat.slice(close + 2).split(' ')
  const startTicks = Number(fields[19])
  if (!Number.isFinite(startTicks)) return null
  return {
    pid: Number(stat.slice(0, open)),
    name: stat.slice(open + 1, close),
    state: fields[0] ?? '?',
    parent: Number(fields[1]),
    group: Number(fields[2]),
    session: Number(fields[3]),
    startTicks,
  }
}

/** Every process that the system shows, zombies included. */
export function listProcesses(): ProcessInfo[] {
  if (!hasProc) return []
  const found: ProcessInfo[] = []
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry)
    if (!Number.isInteger(pid)) continue
    const info = readProcess(pid)
    if (info !== null) found.push(info)
  }
  return found
}

/** A zombie is dead: only its exit status is left. */
export function isRunning(info: ProcessInfo): boolean {
  return info.state !== 'Z' && info.state !== 'X' && info.state !== 'x'
}

export function identityOf(pid: number): ProcessIdentity {
  return { pid, startTicks: readProcess(pid)?.startTicks ?? null }
}

/** Whether this very process runs, not just one with its pid. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (!hasProc) return canSignal(identity.pid)
  const info = readProcess(identity.pid)
  return info !== null && isRunning(info) && (identity.startTicks === null || info.startTicks === identity.startTicks)
}

/** Whether a signal could be sent to the pid, or, when negative, to the group. Zombies count. */
export function canSignal(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Command line with blanks between arguments; empty for zombies and where it cannot be read. */
export function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
  } catch {
    return ''
  }
}

/** Whether the process was started with `entry` (`NAME=value`) in its environment; false where it cannot be read. */
export function wasStartedWith(pid: number, entry: string): boolean {
  try {
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(`\0${entry}\0`)
  } catch {
    return false
  }
}
