import { UserError } from '../../errors.ts'
import type { LaunchContext } from '../backend.ts'

/** A flag and its value as two words; none when the value is not set. */
export function flag(name: string, value: string | number | undefined): readonly string[] {
  return value === undefined ? [] : [name, String(value)]
}

/** The first reserved port. */
export function firstPort(id: string, context: LaunchContext): number {
  const [port] = context.ports
  if (port === undefined) throw new Error(`${id}: no port was reserved`)
  return port
}

/** Throws UserError when a server without tensor parallelism is asked for a degree. */
export function refuseTensorParallel(id: string, { parameters }: LaunchContext): void {
  const { tensorParallel } = parameters
  if (tensorParallel === 1) return
  throw new UserError(`${id}: has no tensor parallelism: ${tensorParallel} is not possible. Use --tensor-parallel 1`, 2)
}
