import { z } from 'zod'
import { defineSchedule, nsPerMs } from './schedule.ts'

/** Token i is due `ttftMs + i * itlMs` after the request was received. */
export const fixed = defineSchedule({
  schema: z.strictObject({
    kind: z.literal('fixed'),
    ttftMs: z.number().nonnegative(),
    itlMs: z.number().nonnegative(),
  }),
  start: ({ ttftMs, itlMs }) => ({
    dues: (received, tokens) => Array.from({ length: tokens }, (_, i) => received + (ttftMs + i * itlMs) * nsPerMs),
  }),
})
