import type { Metadata, Tensor, TensorType } from './format.ts'
import { tensorTypes } from './format.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A llama with tied embeddings. `embedding / heads` should be a multiple of 64: llama.cpp's fast kernels want it. */
export interface LlamaArchitecture {
  readonly embedding: number
  readonly layers: number
  readonly heads: number
  readonly keyValueHeads: number
  readonly feedForward: number
  readonly contextLength: number
  /** Type of all matrices; norms are F32. */
  readonly type: TensorType
}

export function llamaTensors(architecture: LlamaArchitecture, vocabularySize: number): readonly Tensor[] {
  const { embedding, feedForward, type } = architecture
  const keyValue = (embedding / architecture.heads) * architecture.keyValueHeads
  const matrix = (name: string, rows: number, columns: number): Tensor => ({ name, dimensions: [rows, columns], type })
  const norm = (name: string): Tensor => ({ name, dimensions: [embedding], type: 'F32' })
  const layer = (index: number): Tensor[] => [
    norm(`blk.${index}.attn_norm.weight`),
    matrix(`blk.${index}.attn_q.weight`, embedding, embedding),
    matrix(`blk.${index}.attn_k.weight`, embedding, keyValue),
    matrix(`blk.${index}.attn_v.weight`, embedding, keyValue),
    matrix(`blk.${index}.attn_output.weight`, embedding, embedding),
    norm(`blk.${index}.ffn_norm.weight`),
    matrix(`blk.${index}.ffn_gate.weight`, embedding, feedForward),
    matrix(`blk.${index}.ffn_up.weight`, embedding, feedForward),
    matrix(`blk.${index}.ffn_down.weight`, feedForward, embedding),
  ]
  return [
    matrix(tokenEmbedding, embedding, vocabularySize),
    ...Array.from({ length: architecture.layers }, (_, index) => layer(index)).flat(),
    norm('output_norm.weight'),
  ]
}

export function llamaMetadata(
  name: string,
  architecture: LlamaArchitecture,
  vocabulary: Vocabulary,
  seed: number,
): Metadata {
  const count = (key: string, value: number): Metadata[number] => [key, { type: 'uint32', value }]
  return [
    ['general.architecture', { type: 'string', value: 'llama' }],
    ['general.name', { type: 'string', value: name }],
    ['general.description', { type: 'string', value: 'randomly initialised weights, made to measure speed' }],
    count('general.file_type', tensorTypes[architecture.type].fileType),
    count('servemark.weights_seed', seed),
    count('llama.context_length', architecture.contextLength),
    count('llama.embedding_length', architecture.embedding),
    count('llama.block_count', architecture.layers),
    count('llama.feed_forward_length', architecture.feedForward),
    count('llama.attention.head_count', architecture.heads),
    count('llama.attention.head_count_kv', architecture.keyValueHeads),
    count('llama.rope.dimension_count', architecture.embedding / architecture.heads),
    count('llama.vocab_size', vocabulary.size),
    ['llama.attention.layer_norm_rms_epsilon', { type: 'float32', value: 1e-5 }],
    ['llama.rope.freq_base', { type: 'float32', value: 10_000 }],
    ...vocabulary.metadata,
  ]
}

/**
 * Weights of a matrix: 1 / sqrt(inputs). The embedding is much smaller than 1, because it is also the output matrix: with larger
 * values the model only repeats its last token.
 */
export function initialDeviation(tensor: Tensor): number {
  return tensor.name === tokenEmbedding ? 0.02 : 1 / Math.sqrt(tensor.dimensions[0] ?? 1)
}

const tokenEmbedding = 'token_embd.weight'
