import { ensureModel } from '../../src/embedded/model-cache.ts'
import type { Launch } from '../../src/backends/backend.ts'
import type { RealServer } from '../real-server.ts'
import { pythonEnvironment, type PythonEnvironment } from '../workshop/python-environment.ts'
import type { Workshop } from '../workshop/workshop.ts'
import { llamaServerPrograms } from './llama-server.ts'

/** Its structures are those of llama.cpp b10434, whose library comes prebuilt with llama-server. */
const version = '0.3.35'
const model = 'servemark/llama-15m'

const environment = (workshop: Workshop): Promise<PythonEnvironment> =>
  pythonEnvironment(workshop, {
    name: 'llama-cpp-python',
    steps: [
      { packages: ['scikit-build-core==1.1.2', 'ninja==1.13.2', 'cmake==4.4.4', 'numpy==2.4.6'] },
      {
        packages: [`llama-cpp-python==${version}`],
        noBuildIsolation: true,
        // The library is not compiled: that takes a quarter of an hour.
        env: { CMAKE_ARGS: '-DLLAMA_BUILD=OFF' },
      },
      {
        packages: [
          'fastapi==0.165.0',
          'uvicorn==0.54.0',
          'pydantic-settings==2.16.3',
          'PyYAML==6.0.3',
          'sse-starlette==3.7.0',
          'starlette-context<0.4',
        ],
      },
    ],
  })

/**
 * It takes no notice of ignore_eos, so that the end token (2) must go; and it runs on past the asked length until the bytes
 * of a character are complete, so that the 256 tokens for single bytes (from 3) must go too.
 */
const ruledOut = Object.fromEntries(Array.from({ length: 257 }, (_, token) => [token + 2, -100]))

function launch(python: string, file: string, library: string, port: number): Launch {
  return {
    argv: [
      python,
      '-m',
      'llama_cpp.server',
      '--model',
      file,
      '--model_alias',
      model,
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--n_ctx',
      '1024',
      '--n_threads',
      '2',
      // Else a new request cuts the one that is being answered.
      '--interrupt_requests',
      'false',
    ],
    env: { LLAMA_CPP_LIB_PATH: library, LD_LIBRARY_PATH: library },
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/v1/models`, timeoutSeconds: 300 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'llama-cpp-python with its server',
  }
}

/** llama-cpp-python's server, as any endpoint with OpenAI's routes. It answers one request after the other. */
export const llamaCppPython: RealServer = {
  title: 'llama-cpp-python server, by the openai backend',
  async install(workshop) {
    const { python, bin } = await environment(workshop)
    const library = await llamaServerPrograms(workshop)
    const { path } = await ensureModel(model)
    return {
      version,
      path: [bin],
      start: { by: 'test', launch: async (port) => ({ launch: launch(python, path, library, port) }) },
      bench: {
        backends: ['openai'],
        tokenizer: 'mistral',
        extraBody: { logit_bias: ruledOut },
      },
      sweeps: ['streamed', 'whole'],
      counts: {
        streamed: { kind: 'none', why: 'its streams bring no usage' },
        whole: { kind: 'exact', counters: [] },
      },
      times: { kind: 'none', why: 'it tells none' },
      killed: /connection_error/,
    }
  },
}
