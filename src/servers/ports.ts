import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { UserError } from '../errors.ts'

const handedOut = new Set<number>()

/** Ports that were free on 127.0.0.1 a moment ago, all different, none given twice by this process until released. */
export async function reservePorts(count: number): Promise<number[]> {
  const holders: Server[] = []
  const ports: number[] = []
  try {
    while (ports.length < count) {
      // Held open until all are found, so that the system cannot offer one again.
      const holder = createServer()
      holders.push(holder)
      holder.listen({ host: '127.0.0.1', port: 0, exclusive: true })
      await once(holder, 'listening')
      const { port } = holder.address() as AddressInfo
      if (handedOut.has(port)) continue
      handedOut.add(port)
      ports.push(port)
    }
  } finally {
    await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))))
  }
  return ports
}

const attempts = 200
const lastPort = 65_535

/** Below the ports that systems give to outgoing connections: a server that loads for minutes opens some of its own late. */
const drawFirst = (): number => randomInt(20_000, 30_000)

/**
 * Ports at these offsets from a first one, for a server that counts its own from there. `draw` gives places to try.
 * Throws UserError when all were free at none of them.
 */
export async function reservePortsTogether(offsets: readonly number[], draw = drawFirst): Promise<number[]> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const first = draw()
    const ports = offsets.map((offset) => first + offset)
    if (!(await canHold(ports))) continue
    for (const port of ports) handedOut.add(port)
    return ports
  }
  throw new UserError(
    `no place for ${offsets.length} free ports together was found on 127.0.0.1. End servers that are not needed`,
  )
}

async function canHold(ports: readonly number[]): Promise<boolean> {
  if (ports.some((port) => port > lastPort || handedOut.has(port))) return false
  const holders = ports.map(() => createServer())
  try {
    for (const [index, port] of ports.entries()) {
      const holder = holders[index]!
      holder.listen({ host: '127.0.0.1', port, exclusive: true })
      if (
        !(await once(holder, 'listening').then(
          () => true,
          () => false,
        ))
      )
        return false
    }
    return true
  } finally {
    await Promise.all(holders.map((holder) => new Promise((resolve) => holder.close(resolve))))
  }
}

export function releasePorts(ports: readonly number[]): void {
  for (const port of ports) handedOut.delete(port)
}

export interface Address {
  readonly host: string
  readonly port: number
}

export function addressOf(url: string): Address {
  const { hostname, port, protocol } = new URL(url)
  return { host: hostname.replaceAll(/^\[|\]$/g, ''), port: Number(port) || (protocol === 'https:' ? 443 : 80) }
}

/** The addresses of several urls, each once. */
export function addressesIn(urls: readonly string[]): Address[] {
  const all = urls.map(addressOf)
  return all.filter(({ host, port }, at) => all.findIndex((other) => other.host === host && other.port === port) === at)
}

/** Whether something takes connections there. No answer within the limit counts as no. */
export async function acceptsConnections({ host, port }: Address, timeoutSeconds = 1): Promise<boolean> {
  const socket = connect({ host, port })
  try {
    return await new Promise<boolean>((resolve) => {
      socket.setTimeout(timeoutSeconds * 1000, () => resolve(false))
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
  } finally {
    socket.destroy()
  }
}
