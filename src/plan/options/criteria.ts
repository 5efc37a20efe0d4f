import { z } from 'zod'
import { seconds } from './shapes.ts'

export const thresholdSchema = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine((limit) => limit.min !== undefined || limit.max !== undefined, 'give min, max or both')

const deadline = z.strictObject({ prompt: z.number().positive(), generation: z.number().positive() })
export const objectivesSchema = z.strictObject({
  ttft: seconds.optional(),
  tpot: seconds.optional(),
  itl: seconds.optional(),
  e2e: seconds.optional(),
  cum: deadline.optional(),
  ema16: deadline.optional(),
})
