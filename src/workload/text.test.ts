import { expect, test } from 'vitest'
import { builtInText, builtInTextSha256 } from './text.ts'

test('the text is long enough for the longest usual prompts', () => {
  expect(builtInText.length).toBeGreaterThan(30_000)
})

test('the text is plain ASCII without control tokens, so that every vocabulary takes it', () => {
  expect(builtInText).toMatch(/^[\n\x20-\x7e]+$/)
  expect(builtInText).not.toMatch(/<\/?s>|<\||\[INST\]/)
})

test('no stretch of eight words occurs twice', () => {
  const words = builtInText.split(/\s+/)
  const stretches = words.slice(0, -7).map((_, i) => words.slice(i, i + 8).join(' '))
  expect(new Set(stretches).size).toBe(stretches.length)
})

test('the text is the one that earlier results name: changing it changes every prompt', () => {
  expect(builtInTextSha256).toBe('b12d580117484b18998d0e858d6cb4e38d9839504da0f604da6e0e9c2897f187')
})
