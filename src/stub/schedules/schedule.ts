import type { z } from 'zod'
import type { Random } from '../random.ts'

/** When tokens of a request are due. A timeline lives as long as the server, so it may hold a queue or a grid. */
export interface Timeline {
  /** Due time of each of `tokens` tokens, CLOCK_MONOTONIC ns, never before `receivedNs`, never falling. */
  dues(receivedNs: number, tokens: number, random: Random): readonly number[]
}

export interface ScheduleKind<S extends z.ZodObject> {
  readonly schema: S
  /** `originNs`: when the server started. */
  readonly start: (schedule: z.output<S>, originNs: number) => Timeline
}

export function defineSchedule<S extends z.ZodObject>(kind: ScheduleKind<S>): ScheduleKind<S> {
  return kind
}

export const nsPerMs = 1e6
