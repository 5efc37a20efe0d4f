import { z } from 'zod'
import type { Backend, Launch, LaunchContext } from './backend.ts'
import { serverRoot } from './base-url.ts'
import { vllmCounters } from './counters/vllm.ts'
import { firstPort, flag } from './families/launch-flags.ts'
import { takeKey } from './families/launch-key.ts'
import { openAiFamily } from './families/openai-family.ts'

const params = z.strictObject({
  maxNumSeqs: z.int().positive().optional(),
  /** Longest prompt + output; the model's own when not given. */
  maxModelLen: z.int().positive().optional(),
  quantization: z.string().optional(),
  dtype: z.string().optional(),
  /** `dummy`: random weights, no download of the model's. */
  loadFormat: z.string().optional(),
  kvCacheDtype: z.string().optional(),
  gpuMemoryUtilization: z.number().gt(0).max(1).optional(),
  /** vLLM caches prefixes by default; a benchmark does not, unless told. */
  enablePrefixCaching: z.boolean().default(false),
  enforceEager: z.boolean().default(false),
})

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('vllm', context)
  const key = takeKey(parameters.serverArgs, 'VLLM_API_KEY')
  const caching = own.enablePrefixCaching
  return {
    argv: [
      'vllm',
      'serve',
      model,
      '--host',
      '127.0.0.1',
      ...flag('--port', port),
      ...flag('--tensor-parallel-size', parameters.tensorParallel),
      ...flag('--max-num-batched-tokens', parameters.maxRaggedBatchSize),
      // vLLM refuses more sequences than tokens of a step.
      ...flag('--max-num-seqs', own.maxNumSeqs ?? Math.min(256, parameters.maxRaggedBatchSize)),
      ...flag('--max-model-len', own.maxModelLen),
      ...flag('--quantization', own.quantization),
      ...flag('--dtype', own.dtype),
      ...flag('--load-format', own.loadFormat),
      ...flag('--kv-cache-dtype', own.kvCacheDtype),
      ...flag('--gpu-memory-utilization', own.gpuMemoryUtilization),
      // A cache that is on must show what it found.
      ...(caching ? ['--enable-prefix-caching', '--enable-prompt-tokens-details'] : ['--no-enable-prefix-caching']),
      ...(own.enforceEager ? ['--enforce-eager'] : []),
      // Else the model's own file overrides the sampling defaults.
      '--generation-config',
      'vllm',
      '--disable-uvicorn-access-log',
      ...key.args,
    ],
    env: {
      VLLM_NO_USAGE_STATS: '1',
      ...(caching && { VLLM_SERVER_DEV_MODE: '1' }),
      ...key.env,
      ...parameters.env,
    },
    headers: key.headers,
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'vLLM: pip install vllm',
  }
}

/** vLLM's own OpenAI-compatible server. */
export const vllm: Backend = {
  id: 'vllm',
  label: 'vLLM',
  style: { color: 'orange', marker: 'x' },
  params,
  dimensions: ['tp', 'bs', 'replicas'],
  launch,
  ...openAiFamily(),
  counters: [vllmCounters],
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
  // The route is there with VLLM_SERVER_DEV_MODE=1, which a launch with a prefix cache sets.
  reset: {
    needed: (own) => params.parse(own).enablePrefixCaching,
    run: async (http, target) => {
      for (const { url } of target.endpoints) {
        const { status } = await http.post(`${serverRoot(url)}/reset_prefix_cache`, {})
        if (status !== 200) return `vllm: ${status} from /reset_prefix_cache: the prefix cache was not emptied`
      }
      return null
    },
  },
}
