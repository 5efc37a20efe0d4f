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

async function stillOpen(addresses: readonly Address[]): Promise<string[]> {
  const open = await Promise.all(addresses.map((address) => acceptsConnections(address)))
  return addresses.filter((_, at) => open[at]).map(({ host, port }) => `${host}:${port}`)
}
