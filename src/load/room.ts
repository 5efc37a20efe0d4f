import { readdirSync, readFileSync } from 'node:fs'
import { UserError } from '../errors.ts'
import type { LoadPlan } from './plan.ts'

/** What the system lets this process open; null where it does not tell. */
export interface Room {
  /** Most files that it may have open, sockets among them. */
  readonly files: number | null
  readonly filesOpen: number | null
  /** Ports that connections to one address can have. */
  readonly ports: number | null
}

/** Takes about a microsecond for each open file: not for the time in which a load runs. */
export function readRoom(
  read: (path: string) => string = (path) => readFileSync(path, 'utf8'),
  list: (path: string) => readonly string[] = (path) => readdirSync(path),
): Room {
  const told = <T>(look: () => T): T | null => {
    try {
      return look()
    } catch {
      return null
    }
  }
  const files = /^Max open files +(\d+)/m.exec(told(() => read('/proc/self/limits')) ?? '')
  const ports = /^(\d+)\s+(\d+)/.exec(told(() => read('/proc/sys/net/ipv4/ip_local_port_range')) ?? '')
  return {
    files: files ? Number(files[1]) : null,
    filesOpen: told(() => list('/proc/self/fd').length),
    ports: ports ? Number(ports[2]) - Number(ports[1]) + 1 : null,
  }
}

/** For what else is opened: the canary, the threads' own, the spilled blocks. */
const spare = 64

/** Throws UserError when the connections that the plan is sure to need cannot all be open at once. */
export function checkRoom({ scenario, endpoints }: Pick<LoadPlan, 'scenario' | 'endpoints'>, room: Room): void {
  const streams =
    scenario.kind === 'closedLoop'
      ? scenario.clients
      : Math.min(scenario.cap?.maxConcurrency ?? Infinity, scenario.warmupClients)
  const { files, filesOpen, ports } = room
  const needed = streams + (filesOpen ?? 0) + spare
  if (files !== null && needed > files) {
    throw new UserError(
      `${streams} connections at once need ${needed} open files, and this process may have ${files}: ulimit -Hn ${2 ** Math.ceil(Math.log2(needed))} in the shell that starts it (as root, or in /etc/security/limits.conf), or fewer clients`,
    )
  }
  const each = Math.ceil(streams / endpoints.length)
  if (ports !== null && each > ports) {
    throw new UserError(
      `${each} connections to one address need as many ports, and this machine gives ${ports}: widen net.ipv4.ip_local_port_range, or use fewer clients`,
    )
  }
}
