import { z } from 'zod'
import { defineSchedule, nsPerMs } from './schedule.ts'

/** As `fixed`, each request shifted by a random phase below one gap, so that streams do not fall together. */
export const staggered = defineSchedule({
  schema: z.strictObject({
    kind: z.literal('staggered'),
    ttftMs: z.number().nonnegative(),
    itlMs: z.number().nonnegative(),
  }),
  start: ({ ttftMs, itlMs }) => ({
    dues(received, tokens, random) {
      const phase = random()
      return Array.from({ length: tokens }, (_, i) => received + (ttftMs + (i + phase) * itlMs) * nsPerMs)
    },
  }),
})
