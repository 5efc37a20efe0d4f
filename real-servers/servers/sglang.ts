import { fileURLToPath } from 'node:url'
import { scrape } from '../checks/scrape.ts'
import type { Counts, RealServer, Times } from '../real-server.ts'
import { tinyLlama } from '../workshop/tiny-llama.ts'
import { transformersEnvironment } from './transformers.ts'

const version = '0.5.23'
const kernels = fileURLToPath(new URL('../python/sglang', import.meta.url))

const counts: Counts = {
  kind: 'exact',
  totals: {
    path: '/metrics',
    promptTokens: 'sglang:prompt_tokens_total',
    outputTokens: 'sglang:generation_tokens_total',
  },
}

function timesOf(timings: Readonly<Record<string, unknown>>): Times {
  const seconds = (name: string) => (typeof timings[name] === 'number' ? timings[name] : null)
  return { ttft: seconds('first_token_latency'), e2e: seconds('e2e_latency') }
}

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
          OMP_NUM_THREADS: '2',
        },
      },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: counts, whole: counts },
      times: {
        kind: 'answers',
        read: timesOf,
        allowance: { seconds: 0.1, why: 'HTTP, JSON, and three processes on few cores' },
      },
      running: async (root) => (await scrape(`${root}/metrics`)).get('sglang:num_running_reqs') ?? NaN,
      killed: /sglang: the server was killed by SIGKILL/,
    }
  },
}
