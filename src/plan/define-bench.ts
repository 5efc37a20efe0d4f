import type { BenchInput } from './options.ts'

/**
 * Types a bench file. Data only: the file's name is the project's name, and nothing is checked here, so that a
 * wrong value is reported with its file and key rather than as a stack trace.
 */
export function defineBench(bench: BenchInput): BenchInput {
  return bench
}
