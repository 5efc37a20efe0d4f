import { z } from 'zod'
import type { Random } from './random.ts'

/** A service time in milliseconds. */
export const distributionSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('deterministic'), ms: z.number().nonnegative() }),
  z.strictObject({ kind: z.literal('exponential'), meanMs: z.number().positive() }),
  z.strictObject({ kind: z.literal('uniform'), lowMs: z.number().nonnegative(), highMs: z.number().nonnegative() }),
])
export type Distribution = z.infer<typeof distributionSchema>

export function draw(distribution: Distribution, random: Random): number {
  if (distribution.kind === 'deterministic') return distribution.ms
  if (distribution.kind === 'exponential') return -distribution.meanMs * Math.log(1 - random())
  return distribution.lowMs + (distribution.highMs - distribution.lowMs) * random()
}
