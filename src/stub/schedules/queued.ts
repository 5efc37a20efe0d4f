import { z } from 'zod'
import { distributionSchema, draw } from '../distribution.ts'
import { defineSchedule, nsPerMs } from './schedule.ts'

/**
 * One server, first come first served: a request waits until those before it are served, then its tokens come evenly over
 * its service time, the last one at the end. With Poisson arrivals this is M/D/1 or M/M/1. A client that leaves does not
 * shorten the queue.
 */
export const queued = defineSchedule({
  schema: z.strictObject({ kind: z.literal('queued'), service: distributionSchema }),
  start({ service }) {
    let freeAt = 0
    return {
      dues(received, tokens, random) {
        const begin = Math.max(received, freeAt)
        const serviceNs = draw(service, random) * nsPerMs
        freeAt = begin + serviceNs
        return Array.from({ length: tokens }, (_, i) => begin + (serviceNs * (i + 1)) / tokens)
      },
    }
  },
})
