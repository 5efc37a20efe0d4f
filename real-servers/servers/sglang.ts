import { fileURLToPath } from 'node:url'
import { scrape } from '../checks/scrape.ts'
import type { Counts, RealServer } from '../real-server.ts'
import { tinyLlama } from '../workshop/tiny-llama.ts'
import { transformersEnvironment } from './transformers.ts'

const version = '0.5.23'
const kernels = fileURLToPath(new URL('../python/sglang', import.meta.url))

const counts: Counts = { kind: 'exact', counters: ['requests', 'prompt_tokens', 'output_tokens'] }

/** SGLang on its route /generate; its kernels for GPUs are replaced by a module that has none. */
export const sglang: RealServer = {
  title: 'SGLang on CPU, random weights',
  async install(workshop) {
    const python = await transformersEnvironment(workshop)
    const model = await tinyLlama(workshop, python)
    return {
      version,
      path: [python.bin],
      start: { by: 'suite' },
      bench: {
        model,
        backends: [{ name: 'sglang', device: 'cpu', memFractionStatic: 0.2, maxTotalTokens: 8192 }],
        serverArgs: ['--attention-backend', 'torch_native', '--disable-overlap-schedule'],
        env: {
          PYTHONPATH: kernels,
          PYTHONDONTWRITEBYTECODE: '1',
          HF_HUB_OFFLINE: '1',
          SGLANG_USE_CPU_ENGINE: '1',
          CUDA_VISIBLE_DEVICES: '',
          OMP_NUM_THREADS: '1',
        },
      },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: counts, whole: counts },
      times: { kind: 'answers', allowance: { seconds: 0.1, why: 'HTTP, JSON, and three processes on few cores' } },
      running: async (root) => (await scrape(`${root}/metrics`)).get('sglang:num_running_reqs') ?? NaN,
      killed: /sglang: the server was killed by SIGKILL/,
    }
  },
}
