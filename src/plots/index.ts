import type { Plot } from './plot.ts'
import { throughputLatency } from './throughput-latency.ts'

/** Every plot of the suite, by id. */
export const plots = {
  'throughput-latency': throughputLatency,
} as const satisfies Record<string, Plot>

export type PlotId = keyof typeof plots
