import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { readGguf } from '../testing/read-gguf.ts'
import type { TensorType } from './format.ts'
import type { LlamaArchitecture } from './llama-model.ts'
import type { Vocabulary } from './vocabulary.ts'
import { blueprint, writeModel } from './write-model.ts'

const folder = await mkdtemp(join(tmpdir(), 'servemark-gguf-'))
afterAll(() => rm(folder, { recursive: true }))

const vocabulary: Vocabulary = {
  size: 64,
  metadata: [
    ['tokenizer.ggml.tokens', { type: 'strings', value: ['<unk>', 'é', '▁a'] }],
    ['tokenizer.ggml.scores', { type: 'float32s', value: [0, -1, -2.5] }],
    ['tokenizer.ggml.token_type', { type: 'int32s', value: [2, 1, -1] }],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
  ],
}

function architecture(type: TensorType): LlamaArchitecture {
  return { embedding: 128, layers: 2, heads: 2, keyValueHeads: 1, feedForward: 96, contextLength: 256, type }
}

async function write(type: TensorType, seed = 1): Promise<string> {
  const path = join(folder, `${type}-${seed}-${Math.random()}.gguf`)
  await writeModel(path, blueprint('tiny', architecture(type), vocabulary, seed))
  return path
}

async function sha256(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex')
}

test('the metadata is read back as it was given', async () => {
  const { version, metadata } = await readGguf(await write('F16'))
  expect(version).toBe(3)
  expect(Object.fromEntries(metadata)).toMatchObject({
    'general.architecture': 'llama',
    'general.name': 'tiny',
    'general.file_type': 1,
    'servemark.weights_seed': 1,
    'llama.context_length': 256,
    'llama.embedding_length': 128,
    'llama.block_count': 2,
    'llama.feed_forward_length': 96,
    'llama.attention.head_count': 2,
    'llama.attention.head_count_kv': 1,
    'llama.rope.dimension_count': 64,
    'llama.rope.freq_base': 10_000,
    'llama.vocab_size': 64,
    'tokenizer.ggml.tokens': ['<unk>', 'é', '▁a'],
    'tokenizer.ggml.scores': [0, -1, -2.5],
    'tokenizer.ggml.token_type': [2, 1, -1],
    'tokenizer.ggml.add_bos_token': true,
  })
})

test('the tensors are those of a tied llama, and key and value are narrower', async () => {
  const { tensors } = await readGguf(await write('F16'))
  const shapes = Object.fromEntries(tensors.map(({ name, dimensions }) => [name, dimensions]))
  expect(tensors).toHaveLength(2 + 2 * 9)
  expect(shapes).toMatchObject({
    'token_embd.weight': [128, 64],
    'output_norm.weight': [128],
    'blk.1.attn_q.weight': [128, 128],
    'blk.1.attn_k.weight': [128, 64],
    'blk.1.attn_v.weight': [128, 64],
    'blk.1.ffn_down.weight': [96, 128],
  })
  expect(shapes).not.toHaveProperty('output.weight')
})

test.each([
  ['F32', 0, 4],
  ['F16', 1, 2],
  ['Q8_0', 8, 34 / 32],
] as const)(
  '%s: tensors lie one after the other, each at a multiple of 32 bytes, up to the end',
  async (type, code, bytes) => {
    const { tensors, data } = await readGguf(await write(type))
    let expected = 0
    for (const tensor of tensors) {
      expect(tensor).toMatchObject({ offset: expected, type: tensor.dimensions.length === 1 ? 0 : code })
      const count = tensor.dimensions.reduce((product, dimension) => product * dimension, 1)
      expected += Math.ceil((count * (tensor.dimensions.length === 1 ? 4 : bytes)) / 32) * 32
    }
    expect(data).toHaveLength(expected)
  },
)

test('norms are ones', async () => {
  const { tensors, data } = await readGguf(await write('F16'))
  const norm = tensors.find(({ name }) => name === 'output_norm.weight')
  const values = Array.from({ length: 128 }, (_, index) => data.readFloatLE((norm?.offset ?? 0) + index * 4))
  expect(new Set(values)).toEqual(new Set([1]))
})

test('the same seed gives the same file, another seed another', async () => {
  const [first, again, other] = await Promise.all([write('Q8_0'), write('Q8_0'), write('Q8_0', 2)])
  expect(await sha256(again)).toBe(await sha256(first))
  expect(await sha256(other)).not.toBe(await sha256(first))
})
