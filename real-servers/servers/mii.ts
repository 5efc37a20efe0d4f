import { writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Counts, RealServer } from '../real-server.ts'
import { pythonEnvironment } from '../workshop/python-environment.ts'
import { tinyLlama } from '../workshop/tiny-llama.ts'
import { transformersEnvironment } from './transformers.ts'

const version = '0.3.3'
const packages = ['deepspeed==0.19.8', `deepspeed-mii==${version}`]
const requirements = fileURLToPath(new URL('../requirements/mii.txt', import.meta.url))
const engine = fileURLToPath(new URL('../python/mii', import.meta.url))

const counts: Counts = { kind: 'exact', counters: [] }

/** DeepSpeed-MII's persistent deployment: launcher, two replicas, load balancer and gRPC; only the engine is without a GPU. */
export const mii: RealServer = {
  title: 'DeepSpeed-MII on CPU, two replicas, an engine of random logits',
  async install(workshop) {
    const base = await transformersEnvironment(workshop)
    const python = await pythonEnvironment(workshop, {
      name: 'mii',
      steps: [
        { packages: ['-r', requirements], noDependencies: true },
        { packages: ['setuptools==80.9.0', 'wheel==0.45.1'] },
        {
          packages,
          noDependencies: true,
          noBuildIsolation: true,
          env: { DS_BUILD_OPS: '0', DS_ACCELERATOR: 'cpu', PYTHONPATH: base.sitePackages },
        },
      ],
      files: [requirements],
    })
    const model = await tinyLlama(workshop, base)
    const hostfile = join(workshop.folder, 'mii-hostfile')
    writeFileSync(hostfile, 'localhost slots=8\n')
    return {
      version,
      path: [python.bin],
      start: { by: 'suite' },
      bench: {
        model,
        backends: [{ name: 'fastgen', python: python.python }],
        replicas: [2],
        serverArgs: ['--hostfile', hostfile],
        env: {
          PYTHONPATH: [engine, base.sitePackages].join(delimiter),
          PYTHONDONTWRITEBYTECODE: '1',
          DS_ACCELERATOR: 'cpu',
          // DeepSpeed counts one device of a CPU else, and a second replica finds none.
          LOCAL_SIZE: '8',
          HF_HUB_OFFLINE: '1',
          CUDA_VISIBLE_DEVICES: '',
          OMP_NUM_THREADS: '1',
        },
      },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: counts, whole: counts },
      times: { kind: 'none', why: 'it tells -1' },
      killed: /fastgen: the server was killed by SIGKILL/,
    }
  },
}
