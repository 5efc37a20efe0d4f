import type { ServerConfiguration } from '../plan/types.ts'

/**
 * Tensor-parallel degree x replicas. Null where that would count GPUs that are not there or not known: a server of ours on a
 * host without one, or somebody else's server of which no degree was said.
 */
export function gpusOf(
  { parameters, endpoint }: ServerConfiguration,
  environment: Readonly<Record<string, unknown>>,
): number | null {
  const gpus = parameters.tensorParallel * parameters.replicas
  if (endpoint !== null) return gpus > 1 ? gpus : null
  const here = environment['gpus']
  return Array.isArray(here) && here.length > 0 ? gpus : null
}
