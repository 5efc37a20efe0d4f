import { basename } from 'node:path'
import { z } from 'zod'
import type { Backend, Launch, LaunchContext } from './backend.ts'
import { trtllmCounters } from './counters/trtllm.ts'
import { firstPort, flag } from './families/launch-flags.ts'
import { openAiFamily } from './families/openai-family.ts'
import type { OpenAiQuirks } from './families/openai-quirks.ts'

const positive = z.int().positive()
const params = z.strictObject({
  backend: z.enum(['pytorch', 'tensorrt', '_autodeploy']).default('pytorch'),
  maxBatchSize: positive.optional(),
  /** Longest prompt + output; the model's own when not given. */
  maxSeqLen: positive.optional(),
  pipelineParallel: positive.optional(),
  expertParallel: positive.optional(),
  kvCacheFreeGpuMemoryFraction: z.number().gt(0).max(1).optional(),
  /** YAML file of further settings: load_format, kv_cache_config.enable_block_reuse, ... */
  config: z.string().optional(),
})

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('trtllm', context)
  return {
    argv: [
      'trtllm-serve',
      model,
      '--backend',
      own.backend,
      '--host',
      '127.0.0.1',
      ...flag('--port', port),
      ...flag('--tp_size', parameters.tensorParallel),
      ...flag('--pp_size', own.pipelineParallel),
      ...flag('--ep_size', own.expertParallel),
      ...flag('--max_num_tokens', parameters.maxRaggedBatchSize),
      // Else prompts longer than a step's tokens are refused.
      '--enable_chunked_prefill',
      ...flag('--max_batch_size', own.maxBatchSize),
      ...flag('--max_seq_len', own.maxSeqLen),
      ...flag('--kv_cache_free_gpu_memory_fraction', own.kvCacheFreeGpuMemoryFraction),
      ...flag('--config', own.config),
      ...parameters.serverArgs,
    ],
    env: { ...parameters.env },
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 20 },
    missing: 'TensorRT-LLM with its trtllm-serve: https://nvidia.github.io/TensorRT-LLM/installation',
  }
}

/** A model from a folder is listed under the folder's name. */
function modelName(asked: string | null, listed: readonly string[]): string | null {
  return asked !== null && !listed.includes(asked) && listed.includes(basename(asked)) ? basename(asked) : null
}

const quirks: OpenAiQuirks = {
  modelName,
  dialect: {
    ignoreEos: true,
    minTokens: true,
    seed: true,
    streamUsage: true,
    continuousUsage: false,
    lengthKey: 'max_tokens',
  },
}

/** NVIDIA's trtllm-serve: OpenAI's routes, unknown keys refused, and a connection cut where others send an error. */
export const trtllm: Backend = {
  id: 'trtllm',
  label: 'TensorRT-LLM',
  style: { color: '#4d7c0f', marker: 'triangle-right' },
  params,
  dimensions: ['tp', 'bs'],
  launch,
  ...openAiFamily(quirks),
  // Blocks are reused unless a YAML file says otherwise.
  counters: [trtllmCounters],
  promises: { exactOutputLength: true, cacheOff: false, serverCounts: true },
}
