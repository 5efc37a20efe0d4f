import { z } from 'zod'
import { defineSchedule, nsPerMs } from './schedule.ts'

/** All streams share one grid of `itlMs`, as an engine's steps: the first token is due at the first step `ttftMs` or more after receipt. */
export const lockStep = defineSchedule({
  schema: z.strictObject({
    kind: z.literal('lockStep'),
    ttftMs: z.number().nonnegative(),
    itlMs: z.number().positive(),
  }),
  start({ ttftMs, itlMs }, origin) {
    const stepNs = itlMs * nsPerMs
    return {
      dues(received, tokens) {
        const first = Math.ceil((received + ttftMs * nsPerMs - origin) / stepNs)
        return Array.from({ length: tokens }, (_, i) => origin + (first + i) * stepNs)
      },
    }
  },
})
