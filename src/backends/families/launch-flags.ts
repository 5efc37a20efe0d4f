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

/** Throws UserError when a swept dimension that this server has not is asked to be more than one. */
export function refuseMoreThanOne(
  id: string,
  context: LaunchContext,
  ...dimensions: readonly ('tensorParallel' | 'replicas')[]
): void {
  for (const dimension of dimensions) {
    const value = context.parameters[dimension]
    if (value === 1) continue
    const what = dimension === 'replicas' ? 'replicas of its own' : 'tensor parallelism'
    const flagName = dimension === 'replicas' ? '--replicas' : '--tensor-parallel'
    throw new UserError(`${id}: has no ${what}: ${value} is not possible. Use ${flagName} 1`, 2)
  }
}
