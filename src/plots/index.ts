import { distributions } from './distributions.ts'
import { effectiveThroughput } from './effective-throughput.ts'
import { goodput } from './goodput.ts'
import { interactivity } from './interactivity.ts'
import { latencyPercentile } from './latency-percentile.ts'
import type { Plot } from './plot.ts'
import { replScale } from './repl-scale.ts'
import { throughputLatency } from './th-lat.ts'
import { timeline } from './timeline.ts'
import { tpSizes } from './tp-sizes.ts'

/** Every plot of the suite, by id. */
export const plots = {
  'th-lat': throughputLatency,
  'effective-throughput': effectiveThroughput,
  'latency-percentile': latencyPercentile,
  'repl-scale': replScale,
  'tp-sizes': tpSizes,
  interactivity,
  goodput,
  distributions,
  timeline,
} as const satisfies Record<string, Plot>

export type PlotId = keyof typeof plots
