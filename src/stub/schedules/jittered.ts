import { z } from 'zod'
import { defineSchedule, nsPerMs } from './schedule.ts'

/** As `fixed`, with a uniform share of the jitter added to the first token and to each gap. */
export const jittered = defineSchedule({
  schema: z.strictObject({
    kind: z.literal('jittered'),
    ttftMs: z.number().nonnegative(),
    ttftJitterMs: z.number().nonnegative().default(0),
    itlMs: z.number().nonnegative(),
    itlJitterMs: z.number().nonnegative().default(0),
  }),
  start: ({ ttftMs, ttftJitterMs, itlMs, itlJitterMs }) => ({
    dues(received, tokens, random) {
      let due = received + (ttftMs + ttftJitterMs * random()) * nsPerMs
      return Array.from({ length: tokens }, (_, i) => {
        if (i > 0) due += (itlMs + itlJitterMs * random()) * nsPerMs
        return due
      })
    },
  }),
})
