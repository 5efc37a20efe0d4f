import { fileURLToPath } from 'node:url'
import { resolveModel } from './model-cache.ts'

export interface EmbeddedLaunchOptions {
  /** A built-in name, or the path of a .gguf file. */
  readonly model: string
  readonly port: number
  /** Requests that run at once; more wait. */
  readonly slots: number
  /** Longest prompt + output, in tokens. */
  readonly maxModelLength: number
  /** Further flags of process.ts; a repeated flag's last value counts. */
  readonly serverArgs: readonly string[]
}

export interface EmbeddedLaunch {
  readonly argv: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
}

/** Throws UserError when the model is unknown or its file missing. Makes nothing: the server writes its model when it starts. */
export async function embeddedLaunch(options: EmbeddedLaunchOptions): Promise<EmbeddedLaunch> {
  await resolveModel(options.model)
  return {
    argv: [
      process.execPath,
      fileURLToPath(new URL('process.ts', import.meta.url)),
      '--model',
      options.model,
      '--host',
      '127.0.0.1',
      '--port',
      String(options.port),
      '--slots',
      String(options.slots),
      '--max-model-len',
      String(options.maxModelLength),
      ...options.serverArgs,
    ],
    env: engineEnvironment,
  }
}

/**
 * Must be set before the process starts. llama.cpp's batches run on libuv's pool: with more than one pool thread they compete with
 * its own threads for the cores. A fixed threshold keeps glibc from raising the size above which it maps a block by itself: each
 * sampler holds one block a vocabulary, and among small blocks those stay resident once freed (0.45 GB instead of 0.9).
 */
export const engineEnvironment = { UV_THREADPOOL_SIZE: '1', MALLOC_TRIM_THRESHOLD_: '134217728' } as const
