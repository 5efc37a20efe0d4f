import { fileURLToPath } from 'node:url'
import type { PythonEnvironment } from './python-environment.ts'
import type { Workshop } from './workshop.ts'

/** Part of what an environment with empty libraries is made of. */
export const emptyCudaScript = fileURLToPath(new URL('../python/empty_cuda_libraries.py', import.meta.url))

/** Lets an environment's torch be imported without CUDA's packages, which are gigabytes that a CPU has no use for. */
export async function emptyCudaLibraries(
  workshop: Workshop,
  name: string,
  { python, sitePackages }: PythonEnvironment,
): Promise<void> {
  await workshop.run(name, [python, emptyCudaScript, sitePackages])
}
