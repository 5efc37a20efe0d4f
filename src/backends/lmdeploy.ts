import { z } from 'zod'
import type { Backend, Launch, LaunchContext } from './backend.ts'
import { lmdeployCounters } from './counters/lmdeploy.ts'
import { firstPort, flag } from './families/launch-flags.ts'
import { takeKey } from './families/launch-key.ts'
import { openAiFamily } from './families/openai-family.ts'

const positive = z.int().positive()
const params = z.strictObject({
  backend: z.enum(['turbomind', 'pytorch']).optional(),
  maxBatchSize: positive.optional(),
  /** Longest prompt + output; the model's own when not given. */
  sessionLen: positive.optional(),
  cacheMaxEntryCount: z.number().gt(0).max(1).optional(),
  quantPolicy: z.union([z.literal(0), z.literal(4), z.literal(8)]).optional(),
  modelFormat: z.string().optional(),
  dtype: z.string().optional(),
  /** LMDeploy caches no prefixes by default. */
  enablePrefixCaching: z.boolean().default(false),
})

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('lmdeploy', context)
  const key = takeKey(parameters.serverArgs, null)
  return {
    argv: [
      'lmdeploy',
      'serve',
      'api_server',
      model,
      '--server-name',
      '127.0.0.1',
      ...flag('--server-port', port),
      ...flag('--model-name', model),
      ...flag('--backend', own.backend),
      ...flag('--tp', parameters.tensorParallel),
      ...flag('--max-prefill-token-num', parameters.maxRaggedBatchSize),
      ...flag('--max-batch-size', own.maxBatchSize),
      ...flag('--session-len', own.sessionLen),
      ...flag('--cache-max-entry-count', own.cacheMaxEntryCount),
      ...flag('--quant-policy', own.quantPolicy),
      ...flag('--model-format', own.modelFormat),
      ...flag('--dtype', own.dtype),
      ...(own.enablePrefixCaching ? ['--enable-prefix-caching'] : []),
      ...key.args,
    ],
    env: { ...key.env, ...parameters.env },
    headers: key.headers,
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 20 },
    missing: 'LMDeploy: pip install lmdeploy',
  }
}

/** LMDeploy's api_server: OpenAI's routes, keys without a value left out, several tokens a chunk now and then. */
export const lmdeploy: Backend = {
  id: 'lmdeploy',
  label: 'LMDeploy',
  style: { color: '#8c564b', marker: 'square' },
  params,
  dimensions: ['tp', 'bs'],
  launch,
  ...openAiFamily(),
  counters: [lmdeployCounters],
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
}
