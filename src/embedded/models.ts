import type { LlamaArchitecture } from './gguf/llama-model.ts'

/**
 * Built-in models: real architectures with randomly initialised weights, written on first use. Sizes: 38.5 M parameters in 78 MB,
 * 15.1 M in 16 MB, 110 M in 117 MB.
 */
export const builtInModels = {
  /** Memory-bound on one core, so that batching pays as it does on large models. */
  'servemark/llama-38m': {
    embedding: 512,
    layers: 8,
    heads: 8,
    keyValueHeads: 2,
    feedForward: 1376,
    contextLength: 8192,
    type: 'F16',
  },
  /** Tiny, for tests and smoke runs. */
  'servemark/llama-15m': {
    embedding: 256,
    layers: 8,
    heads: 4,
    keyValueHeads: 4,
    feedForward: 768,
    contextLength: 8192,
    type: 'Q8_0',
  },
  'servemark/llama-110m': {
    embedding: 768,
    layers: 12,
    heads: 12,
    keyValueHeads: 12,
    feedForward: 2048,
    contextLength: 8192,
    type: 'Q8_0',
  },
} as const satisfies Record<string, LlamaArchitecture>

export type BuiltInModel = keyof typeof builtInModels

export const defaultModel: BuiltInModel = 'servemark/llama-38m'

/** Seed of all built-in weights. */
export const weightsSeed = 20_240

export function isBuiltInModel(name: string): name is BuiltInModel {
  return Object.hasOwn(builtInModels, name)
}
