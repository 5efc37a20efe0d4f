import { basename } from 'node:path'
import { z } from 'zod'
import { embeddedLaunch } from '../embedded/launch-arguments.ts'
import { isBuiltInModel } from '../embedded/models.ts'
import type { Backend, Launch, LaunchContext } from './backend.ts'
import { servemarkCounters } from './counters/servemark.ts'
import { openAiFamily } from './families/openai-family.ts'
import { probeOpenAi } from './families/openai-probe.ts'

const positive = z.int().positive()
const params = z.strictObject({
  /** Compute threads; one less than the cores when not given, which leaves one for the client. */
  threads: positive.optional(),
  /** Tokens of one step; long prompts go in chunks of it. */
  maxNumBatchedTokens: positive.optional(),
  /** Requests that run at once; the most that the points hold, up to 16, when not given. */
  slots: positive.optional(),
  /** Longest prompt + output in tokens; what the points need when not given. */
  maxModelLen: positive.optional(),
})

/** Each slot reserves its whole context in memory. */
const mostSlots = 16
/** Room for the start-of-text token, a chat template and the probe's own question. */
const spareTokens = 64
const shortestContext = 256

async function launch(context: LaunchContext): Promise<Launch> {
  const own = params.parse(context.parameters.own)
  const [port] = context.ports
  if (port === undefined) throw new Error('llamacpp: no port was reserved')
  const isFile = /\.gguf$/i.test(context.model)
  const { argv, env } = await embeddedLaunch({
    model: context.model,
    port,
    slots: own.slots ?? Math.min(Math.max(1, context.maxConcurrency), mostSlots),
    maxModelLength: own.maxModelLen ?? Math.max(shortestContext, context.maxTotalTokens + spareTokens),
    serverArgs: [
      ...(isFile ? ['--served-model-name', basename(context.model).replace(/\.gguf$/i, '')] : []),
      ...(own.threads === undefined ? [] : ['--threads', String(own.threads)]),
      ...(own.maxNumBatchedTokens === undefined ? [] : ['--max-num-batched-tokens', String(own.maxNumBatchedTokens)]),
      ...context.parameters.serverArgs,
    ],
  })
  return {
    argv,
    env: { ...env, ...context.parameters.env },
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 300 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'Node.js 24 or newer, from https://nodejs.org',
  }
}

/** One core of an ordinary server; of a user's model nothing is known. */
const roughSeconds: Readonly<Record<string, { secondsPerPromptToken: number; secondsPerOutputToken: number }>> = {
  'servemark/llama-15m': { secondsPerPromptToken: 0.0003, secondsPerOutputToken: 0.0015 },
  'servemark/llama-38m': { secondsPerPromptToken: 0.0009, secondsPerOutputToken: 0.006 },
  'servemark/llama-110m': { secondsPerPromptToken: 0.0025, secondsPerOutputToken: 0.01 },
}

/** The embedded server: llama.cpp in a process of its own, with the project's models or any GGUF file. */
export const llamacpp: Backend = {
  id: 'llamacpp',
  label: 'llama.cpp',
  style: { color: 'green', marker: 's' },
  params,
  dimensions: [],
  launch,
  // The server was started with one model: whatever it calls it is right.
  ...openAiFamily(),
  probe: async (http, target, signal) => await probeOpenAi(http, { ...target, model: null }, signal),
  counters: [servemarkCounters],
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
  estimate: (model) => roughSeconds[model] ?? null,
  caveat: (model) =>
    isBuiltInModel(model) ? 'llama.cpp on CPU, randomly initialised weights: speed is real, text is noise' : null,
}
