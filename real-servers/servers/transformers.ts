import { fileURLToPath } from 'node:url'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RealServer } from '../real-server.ts'
import { emptyCudaLibraries, emptyCudaScript } from '../workshop/empty-cuda-libraries.ts'
import { pythonEnvironment, type PythonEnvironment } from '../workshop/python-environment.ts'
import { tinyLlama } from '../workshop/tiny-llama.ts'
import type { Workshop } from '../workshop/workshop.ts'

const version = '5.23.0'
const requirements = fileURLToPath(new URL('../requirements/transformers.txt', import.meta.url))

/** torch, transformers and SGLang, which get along, in one place. */
export const transformersEnvironment = (workshop: Workshop): Promise<PythonEnvironment> =>
  pythonEnvironment(workshop, {
    name: 'transformers',
    steps: [{ packages: ['-r', requirements], noDependencies: true }],
    files: [requirements, emptyCudaScript],
    finish: (environment) => emptyCudaLibraries(workshop, 'transformers', environment),
  })

/** Hugging Face's `transformers serve`, one request after the other. */
export const transformers: RealServer = {
  title: 'transformers serve on CPU, random weights',
  async install(workshop) {
    const python = await transformersEnvironment(workshop)
    const model = await tinyLlama(workshop, python)
    const hub = join(workshop.folder, 'hub')
    // Its list of models fails where the hub's cache is not there.
    mkdirSync(join(hub, 'hub'), { recursive: true })
    return {
      version,
      path: [python.bin],
      start: { by: 'suite' },
      bench: {
        model,
        backends: [{ name: 'transformers', device: 'cpu' }],
        env: {
          HF_HUB_OFFLINE: '1',
          TRANSFORMERS_OFFLINE: '1',
          HF_HOME: hub,
          CUDA_VISIBLE_DEVICES: '',
          OMP_NUM_THREADS: '1',
        },
      },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: { kind: 'exact', counters: [] }, whole: { kind: 'exact', counters: [] } },
      times: { kind: 'none', why: 'it tells none' },
      killed: /transformers: the server was killed by SIGKILL/,
    }
  },
}
