import { UserError } from '../errors.ts'
import type { Backend, Launch, LaunchContext } from './backend.ts'

const devices = 'CUDA_VISIBLE_DEVICES'

/**
 * What is started for a configuration: one server, or one for each replica where a server has none of its own. Then each
 * has a port, and, where the server takes a tensor-parallel degree, as many GPUs of its own: of those that
 * `visible` names, as CUDA_VISIBLE_DEVICES does, else counted from 0. The bench's own environment goes before that.
 * Throws UserError when `visible` names too few.
 */
export async function launchesOf(
  backend: Backend,
  context: LaunchContext,
  visible: string | undefined,
): Promise<readonly Launch[]> {
  const { launch } = backend
  if (!launch) throw new Error(`${backend.id}: cannot be launched`)
  const { parameters, ports } = context
  const { replicas, tensorParallel, env } = parameters
  if (backend.ownReplicas || replicas === 1) return [await launch(context)]
  const ownGpus = backend.dimensions.includes('tp') && env[devices] === undefined
  const gpus = ownGpus ? gpuNames(backend.id, visible, tensorParallel * replicas) : []
  return await Promise.all(
    Array.from({ length: replicas }, async (_, replica) => {
      const port = ports[replica]
      if (port === undefined) throw new Error(`${backend.id}: no port was reserved for replica ${replica + 1}`)
      const mine = gpus.slice(replica * tensorParallel, (replica + 1) * tensorParallel)
      const environment = ownGpus ? { [devices]: mine.join(','), ...env } : env
      return await launch({
        ...context,
        ports: [port],
        parameters: { ...parameters, replicas: 1, env: environment },
      })
    }),
  )
}

function gpuNames(id: string, visible: string | undefined, needed: number): string[] {
  if (visible === undefined) return Array.from({ length: needed }, (_, gpu) => String(gpu))
  const names = visible
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean)
  if (names.length >= needed) return names
  throw new UserError(
    `${id}: replicas x tensor-parallel degree needs ${needed} GPUs, there are ${names.length} (${visible})`,
    2,
  )
}
