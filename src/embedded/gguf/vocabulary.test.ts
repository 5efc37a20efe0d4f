import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { bundledTokenizer, readVocabulary } from './vocabulary.ts'

test('a score is minus the rank of the first merge that makes the piece; characters rank last', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'servemark-vocabulary-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  const path = join(folder, 'tokenizer.json')
  const vocab = { '<unk>': 0, '<s>': 1, '</s>': 2, '<0x0A>': 3, a: 4, b: 5, c: 6, ab: 7, abc: 8 }
  const merges = ['a b', ['ab', 'c'], ['a', 'bc']]
  await writeFile(path, JSON.stringify({ model: { vocab, merges } }))
  const { size, metadata } = await readVocabulary(path)
  expect(size).toBe(9)
  expect(Object.fromEntries(metadata)).toMatchObject({
    'tokenizer.ggml.tokens': { value: ['<unk>', '<s>', '</s>', '<0x0A>', 'a', 'b', 'c', 'ab', 'abc'] },
    'tokenizer.ggml.token_type': { value: [2, 3, 3, 6, 1, 1, 1, 1, 1] },
    'tokenizer.ggml.scores': { value: [0, 0, 0, 0, -1e6, -1e6, -1e6, -0, -1] },
  })
})

test('the bundled tokenizer has 32,000 pieces', async () => {
  expect((await readVocabulary(bundledTokenizer.tokenizerJson)).size).toBe(32_000)
})
