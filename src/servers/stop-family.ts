import { setTimeout as sleep } from 'node:timers/promises'
import { endFamily, type EndLimits, type EndStep } from './end-family.ts'
import { acceptsConnections, type Address } from './ports.ts'
import type { ProcessFamily } from './process-family.ts'

/** Seconds; the grace of the server's own signal comes with the launch. */
export interface StopLimits {
  readonly terminateSeconds: number
  readonly killSeconds: number
  readonly stragglerSeconds: number
}

export const defaultStopLimits: StopLimits = { terminateSeconds: 3, killSeconds: 10, stragglerSeconds: 1 }

export interface StoppedFamily {
  /** `had-exited`: nothing was left to stop; else the last step that was needed. */
  readonly how: 'had-exited' | EndStep
  readonly stopSeconds: number
  /** Processes that even KILL did not end. */
  readonly remaining: readonly { readonly pid: number; readonly command: string }[]
  /** `host:port` of addresses that still take connections. */
  readonly openPorts: readonly string[]
  /** Nothing is left: no process, no open port. */
  readonly clean: boolean
}

/** Ends a server's processes step by step and looks whether anything is left. */
export async function stopFamily(
  family: ProcessFamily,
  limits: EndLimits,
  addresses: readonly Address[],
  onStep: (step: EndStep) => void = () => {},
): Promise<StoppedFamily> {
  const begun = performance.now()
  const { step, remaining } = await endFamily(family, limits, onStep)
  const openPorts = await stillOpen(addresses)
  return {
    how: step ?? 'had-exited',
    stopSeconds: (performance.now() - begun) / 1000,
    remaining,
    openPorts,
    clean: remaining.length === 0 && openPorts.length === 0,
  }
}

/**
 * Addresses that still take connections. A process whose first thread is gone counts as ended while its other threads
 * may hold the socket for a moment, so an open port is looked at again before it is told.
 */
async function stillOpen(addresses: readonly Address[], patienceSeconds = 1): Promise<string[]> {
  const deadline = performance.now() + patienceSeconds * 1000
  for (;;) {
    const open = await Promise.all(addresses.map((address) => acceptsConnections(address)))
    const left = addresses.filter((_, at) => open[at]).map(({ host, port }) => `${host}:${port}`)
    if (left.length === 0 || performance.now() >= deadline) return left
    await sleep(20)
  }
}
