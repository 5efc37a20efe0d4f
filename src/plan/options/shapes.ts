import { z } from 'zod'

/** What the values of several options look like. Durations are seconds. */
export const positiveInt = z.int().positive()
export const intList = z.array(positiveInt).min(1)
export const share = z.number().min(0).max(1)
export const seconds = z.number().positive()
/** One value or a list of them; always a list once parsed. */
export const oneOrMany = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[])
