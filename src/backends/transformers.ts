import { z } from 'zod'
import type { Backend, Launch, LaunchContext } from './backend.ts'
import { firstPort, flag, refuseTensorParallel } from './families/launch-flags.ts'
import { openAiFamily } from './families/openai-family.ts'
import type { OpenAiQuirks } from './families/openai-quirks.ts'
import type { ShapeBody } from './families/openai-wire.ts'

const params = z.strictObject({
  device: z.string().optional(),
  dtype: z.string().optional(),
  /** Serves several requests at once; without it one after the other. */
  continuousBatching: z.boolean().default(false),
  quantization: z.string().optional(),
})

/** An idle model is not unloaded while a sweep lasts. */
const modelTimeoutSeconds = 86_400

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  refuseTensorParallel('transformers', context)
  const own = params.parse(parameters.own)
  const port = firstPort('transformers', context)
  return {
    argv: [
      'transformers',
      'serve',
      model,
      '--host',
      '127.0.0.1',
      ...flag('--port', port),
      ...flag('--device', own.device),
      ...flag('--dtype', own.dtype),
      ...(own.continuousBatching ? ['--continuous-batching'] : []),
      ...flag('--quantization', own.quantization),
      ...flag('--model-timeout', modelTimeoutSeconds),
      ...parameters.serverArgs,
    ],
    env: { ...parameters.env },
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 1800 },
    // It waits for streams in flight without a limit of its own.
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'Transformers with its server: pip install "transformers[serving]" accelerate torch',
  }
}

/** It refuses ignore_eos; a generation config, as JSON in a string, forces the length. */
const forceLength: ShapeBody = (body, ask) => ({
  ...body,
  generation_config: JSON.stringify({ max_new_tokens: ask.outputTokens, min_new_tokens: ask.outputTokens }),
})

const quirks: OpenAiQuirks = {
  shape: forceLength,
  forcesLength: true,
  // Usage comes without being asked for.
  dialect: {
    ignoreEos: false,
    minTokens: false,
    seed: true,
    streamUsage: false,
    continuousUsage: false,
    lengthKey: 'max_tokens',
  },
  // The list holds what the cache holds, which may lack the model that it was started with.
  lists: 'some',
}

/** Hugging Face's `transformers serve`: OpenAI's routes, unknown keys refused (422), no `[DONE]`, usage on the last chunk. */
export const transformers: Backend = {
  id: 'transformers',
  label: 'Transformers',
  style: { color: '#d4a017', marker: 'circle' },
  params,
  dimensions: [],
  launch,
  ...openAiFamily(quirks),
  promises: { exactOutputLength: false, cacheOff: false, serverCounts: true },
}
