import { z } from 'zod'
import { intList, positiveInt, seconds } from '../options/shapes.ts'
import { parseStages } from './stages.ts'

const rate = z.number().nonnegative()
export const stage = z
  .strictObject({ startRate: rate, endRate: rate, seconds })
  .refine(({ startRate, endRate }) => startRate + endRate > 0, 'a stage needs a rate above 0')
export const arrivalNames = ['constant', 'poisson', 'gamma'] as const
/** What any open loop may say of itself; what it leaves out is taken from the bench's own keys. */
const openLoopParts = {
  arrival: z.enum(arrivalNames).optional(),
  burstiness: z.number().positive().optional(),
  maxConcurrency: positiveInt.optional(),
  onCap: z.enum(['queue', 'drop']).optional(),
}
const closedLoopSchema = z.strictObject({
  kind: z.literal('closedLoop'),
  clients: intList,
  duration: seconds.optional(),
})
const constantRateSchema = z.strictObject({
  kind: z.literal('constantRate'),
  rates: z.array(z.number().positive()).min(1),
  duration: seconds.optional(),
  ...openLoopParts,
})
const stagesSchema = z.strictObject({ kind: z.literal('stages'), stages: z.array(stage).min(1), ...openLoopParts })
export const loadSchema = z.discriminatedUnion('kind', [closedLoopSchema, constantRateSchema, stagesSchema])
export type Load = z.output<typeof loadSchema>
type OpenLoopParts = Omit<Extract<Load, { kind: 'stages' }>, 'kind' | 'stages'>

/** N users, each with one request in flight at a time; one point a number of clients. */
export function closedLoop(shape: { clients: number | readonly number[]; duration?: number }): Load {
  return { ...shape, kind: 'closedLoop', clients: [shape.clients].flat() }
}

/** Requests at a fixed rate, whatever the server does; one point a rate (requests/s). `duration` in seconds. */
export function constantRate(shape: { rates: number | readonly number[]; duration?: number } & OpenLoopParts): Load {
  return { ...shape, kind: 'constantRate', rates: [shape.rates].flat() }
}

/** Rates one after the other in one point: `stages('10/s:30s,10..20/s:1m')`, a ramp from 10 to 20 at the end. */
export function stages(list: string, parts: OpenLoopParts = {}): Load {
  return { ...parts, kind: 'stages', stages: parseStages(list) }
}
