import { z } from 'zod'
import { fixed } from './fixed.ts'
import { jittered } from './jittered.ts'
import { lockStep } from './lock-step.ts'
import { queued } from './queued.ts'
import type { ScheduleKind, Timeline } from './schedule.ts'
import { staggered } from './staggered.ts'

export const schedules = { fixed, jittered, staggered, lockStep, queued } as const satisfies Record<
  string,
  ScheduleKind<z.ZodObject>
>

export const scheduleSchema = z.discriminatedUnion('kind', [
  fixed.schema,
  jittered.schema,
  staggered.schema,
  lockStep.schema,
  queued.schema,
])
/** Times in milliseconds. */
export type Schedule = z.output<typeof scheduleSchema>

export function startTimeline(schedule: Schedule, originNs: number): Timeline {
  const kind: ScheduleKind<z.ZodObject> = schedules[schedule.kind]
  return kind.start(schedule, originNs)
}
