import { capacity } from './capacity.ts'
import { lateness } from './lateness.ts'
import { lockStep } from './lock-step.ts'
import type { Measurement } from './measurement.ts'
import { memory } from './memory.ts'
import { requests } from './requests.ts'
import { start } from './start.ts'
import { streams } from './streams.ts'

/** In the order in which they run. */
export const measurements = [
  streams,
  lockStep,
  capacity,
  requests,
  lateness,
  memory,
  start,
] as const satisfies readonly Measurement[]
