import { beforeAll, describe, expect, test } from 'vitest'
import { longestSharedPrefix, promptShaper, saltWords, type PromptShaper, type SaltSource } from './prompts.ts'
import { builtInText } from './text.ts'
import { bundledVocabularies, resolveTokenizer, type ResolvedTokenizer } from './tokenizers/index.ts'

const noNetwork = () => Promise.reject(new Error('the network must not be asked'))
const source = (index: number, change: Partial<SaltSource> = {}): SaltSource => ({
  nonce: 'nonce',
  pointKey: 'point',
  repeat: 0,
  phase: 'measure',
  index,
  ordinal: index,
  ...change,
})

describe.each(bundledVocabularies)('with the vocabulary of %s', (name) => {
  let tokenizer: ResolvedTokenizer
  let shaper: PromptShaper
  beforeAll(async () => {
    tokenizer = await resolveTokenizer(name, { env: {}, fetch: noNetwork })
    shaper = promptShaper(tokenizer)
  })

  test.each([1, 2, 7, 8, 9, 12, 16, 33, 128, 1200])('prompts of %i tokens are exact', (tokens) => {
    for (let index = 0; index < 25; index++) {
      const shaped = shaper.salted(tokens, source(index))
      expect(shaped.tokens).toBe(tokens)
      expect(tokenizer.encode(shaped.prompt)).toHaveLength(tokens)
    }
  })

  test('a prompt longer than the text is exact too', () => {
    const tokens = Math.round(tokenizer.count(builtInText) * 1.5)
    expect(tokenizer.encode(shaper.salted(tokens, source(0)).prompt)).toHaveLength(tokens)
  })

  test('prompts have no white space around them, which chat templates would trim', () => {
    for (let index = 0; index < 100; index++) {
      const { prompt } = shaper.salted(30 + index, source(index))
      expect(prompt).toBe(prompt.trim())
    }
  })

  test('no two requests of a point share their first token, warm-up included', () => {
    const requests = Math.min(shaper.firstWords, 400)
    const prompts = Array.from({ length: requests }, (_, ordinal) => {
      const phase = ordinal < 300 ? 'measure' : 'warmup'
      return shaper.salted(24, source(ordinal % 300, { phase, ordinal })).prompt
    })
    expect(new Set(prompts.map((prompt) => tokenizer.encode(prompt)[0])).size).toBe(requests)
    expect(longestSharedPrefix(prompts, tokenizer)).toBe(0)
  })

  test('the salt is eight tokens long', () => {
    const { prompt } = shaper.salted(64, source(3))
    const salt = prompt.split(' ').slice(0, saltWords).join(' ')
    expect(saltWords).toBe(8)
    expect(tokenizer.encode(prompt).slice(0, 8)).toEqual(tokenizer.encode(salt))
    expect(tokenizer.encode(salt)).toHaveLength(8)
  })

  test('behind the salt comes a window of the built-in text', () => {
    const { prompt } = shaper.salted(64, source(3))
    const words = prompt.split(/\s+/).slice(saltWords, -1).join(' ')
    expect(builtInText.replaceAll(/\s+/g, ' ')).toContain(words)
  })

  test('every part of the source changes the whole salt', () => {
    const salt = (change: Partial<SaltSource>): string[] =>
      shaper.salted(8, source(0, change)).prompt.split(' ').slice(1)
    const salts = [
      {},
      { nonce: 'other' },
      { pointKey: 'other' },
      { repeat: 1 },
      { phase: 'warmup' },
      { index: 1 },
    ] satisfies Partial<SaltSource>[]
    expect(new Set(salts.map((change) => salt(change).join(' '))).size).toBe(salts.length)
    expect(salt({})).toEqual(salt({}))
  })
})

describe('shifted prompts', () => {
  test('are neighbouring windows of the text, as in the original', async () => {
    const tokenizer = await resolveTokenizer('gpt2', { env: {}, fetch: noNetwork })
    const ids = tokenizer.encode(builtInText)
    const shaper = promptShaper(tokenizer)
    expect(shaper.shifted(40, 0).prompt).toBe(tokenizer.decode(ids.slice(0, 40)))
    expect(shaper.shifted(40, 5).prompt).toBe(tokenizer.decode(ids.slice(5, 45)))
  })

  test('go round when the text is too short', async () => {
    const tokenizer = await resolveTokenizer('gpt2', { env: {}, fetch: noNetwork })
    const tokens = tokenizer.count(builtInText) * 2 + 100
    expect(promptShaper(tokenizer).shifted(tokens, 3).tokens).toBe(tokens)
  })
})

describe('with a vocabulary of letters', () => {
  const letters: ResolvedTokenizer = {
    name: 'letters',
    source: 'folder',
    note: null,
    specialTokens: 0,
    encode: (text) => Array.from(text, (letter) => letter.charCodeAt(0)),
    decode: (ids) => String.fromCharCode(...ids),
    count: (text) => text.length,
  }

  test.each([1, 5, 20, 300])('prompts of %i tokens have that length all the same', (tokens) => {
    const shaped = promptShaper(letters).salted(tokens, source(1))
    expect(shaped.tokens).toBe(shaped.prompt.length)
    expect(Math.abs(shaped.prompt.length - tokens)).toBeLessThanOrEqual(tokens < 64 ? 12 : 2)
  })
})

test('the longest shared prefix is counted in tokens', async () => {
  const tokenizer = await resolveTokenizer('gpt2', { env: {}, fetch: noNetwork })
  expect(longestSharedPrefix(['one two three four', 'nothing', 'one two five'], tokenizer)).toBe(2)
  expect(longestSharedPrefix(['one', 'ones', 'one'], tokenizer)).toBe(1)
  expect(longestSharedPrefix(['onerous', 'one'], tokenizer)).toBe(0)
  expect(longestSharedPrefix(['one'], tokenizer)).toBe(0)
})
