import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import type { ProcessFamily } from './process-family.ts'
import { commandOf, hasProc, listProcesses } from './process-tree.ts'

/**
 * A process outside the family that listened on the port before the family began; null when there is none, or none that
 * can be seen. Two servers may share a port (SO_REUSEPORT, as vLLM asks for); the system then splits connections among
 * them in silence. Listeners that began later are let be: a container's port is held by a proxy.
 */
export function foreignListener(port: number, family: ProcessFamily): { pid: number; command: string } | null {
  if (!hasProc) return null
  const sockets = listeningSockets(port)
  const members = new Set(family.living().map(({ pid }) => pid))
  for (const pid of members) for (const socket of socketsOf(pid)) sockets.delete(socket)
  if (sockets.size === 0) return null
  const began = family.leader?.startTicks ?? 0
  for (const { pid, startTicks } of listProcesses()) {
    if (members.has(pid) || startTicks >= began) continue
    if (socketsOf(pid).some((socket) => sockets.has(socket))) return { pid, command: commandOf(pid) }
  }
  return null
}

/** Inodes of the sockets that listen on a TCP port, on any address. */
function listeningSockets(port: number): Set<string> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const found = new Set<string>()
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readTable(table)) {
      const fields = line.trim().split(/\s+/)
      const inode = fields[9]
      if (fields[3] === '0A' && fields[1]?.endsWith(wanted) === true && inode !== undefined) found.add(inode)
    }
  }
  return found
}

function readTable(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n').slice(1)
  } catch {
    return []
  }
}

function socketsOf(pid: number): string[] {
  const found: string[] = []
  try {
    for (const descriptor of readdirSync(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(linkOf(`/proc/${pid}/fd/${descriptor}`))?.[1]
      if (inode !== undefined) found.push(inode)
    }
  } catch {
    // Gone, or another user's.
  }
  return found
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    return ''
  }
}
