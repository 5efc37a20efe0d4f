import { z } from 'zod'
import { serverOptions } from './options/server.ts'
import { loadOptions } from './options/load.ts'
import { workloadOptions } from './options/workload.ts'
import { endpointOptions } from './options/endpoint.ts'
import { timeoutOptions } from './options/timeouts.ts'
import { resultOptions } from './options/results.ts'
import { tagOptions } from './options/tags.ts'
import { runOptions } from './options/run.ts'

/**
 * Every option of a benchmark, once: type, default, flag, aliases and help follow from here.
 * Durations are seconds, lengths are tokens.
 */
export const benchOptions = {
  ...serverOptions,
  ...loadOptions,
  ...workloadOptions,
  ...endpointOptions,
  ...timeoutOptions,
  ...resultOptions,
  ...tagOptions,
} as const

export const benchSchema = z.strictObject(benchOptions)
export const runSchema = z.strictObject(runOptions)

/** What a bench file may hold: everything optional but `backends`. */
export type BenchInput = z.input<typeof benchSchema>
/** The same with all defaults. */
export type Bench = z.output<typeof benchSchema>
export type RunOptions = z.output<typeof runSchema>
