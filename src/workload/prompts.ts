import { seededRandom } from './seeded-random.ts'
import { builtInText } from './text.ts'
import type { ResolvedTokenizer } from './tokenizers/tokenizer.ts'

/** A prompt as text and how many tokens the tokenizer counts in it. */
export interface ShapedPrompt {
  readonly prompt: string
  readonly tokens: number
}

/** What a salt is derived from. Two prompts with different sources have different salts. */
export interface SaltSource {
  /** Chosen anew for each run. */
  readonly nonce: string
  readonly pointKey: string
  readonly repeat: number
  readonly phase: 'warmup' | 'measure'
  /** Position within the phase. */
  readonly index: number
  /** Position within the point, warm-up included: decides the first word. */
  readonly ordinal: number
}

/** Words of a salt, each of one token. Prompts shorter than this are salt only. */
export const saltWords = 8

/** Makes prompts for one tokenizer; what the tokenizer says about the built-in text is worked out once. */
export interface PromptShaper {
  /** Different words that a salt may begin with: as many requests of a point differ from the first token on. */
  readonly firstWords: number
  /** A prompt of exactly `tokens` tokens (in rare vocabularies close to it): the salt, then a window of the built-in text. */
  salted(tokens: number, source: SaltSource): ShapedPrompt
  /** The original's: tokens [index, index + tokens) of the text, doubled until it is long enough, with no salt. */
  shifted(tokens: number, index: number): ShapedPrompt
}

const shapers = new WeakMap<ResolvedTokenizer['encode'], PromptShaper>()

export function promptShaper(tokenizer: ResolvedTokenizer): PromptShaper {
  let shaper = shapers.get(tokenizer.encode)
  if (!shaper) {
    shaper = makeShaper(tokenizer)
    shapers.set(tokenizer.encode, shaper)
  }
  return shaper
}

function makeShaper(tokenizer: ResolvedTokenizer): PromptShaper {
  const words = oneTokenWords(tokenizer)
  const lead = tokenizer.encode('the')
  /** Decodes ids that follow a word, so that a space before the first of them is kept. */
  const decodeAfterWord = (ids: readonly number[]): string => tokenizer.decode([...lead, ...ids]).slice('the'.length)

  let text = builtInText
  let textIds = tokenizer.encode(text)
  const wordStarts = textIds.flatMap((id, index) => (/^ [A-Za-z]/.test(decodeAfterWord([id])) ? [index] : []))
  if (wordStarts.length === 0) wordStarts.push(0)
  const textTokens = (start: number, count: number): number[] => {
    while (textIds.length < start + count) {
      text = `${text}\n\n${text}`
      textIds = tokenizer.encode(text)
    }
    return textIds.slice(start, start + count)
  }

  return {
    firstWords: words.length,
    salted: (tokens, source) => {
      const random = seededRandom(source.nonce, source.pointKey, source.repeat, source.phase, source.index)
      const anyWord = (): string => at(words, random.integer(words.length))
      const first = seededRandom(source.nonce, source.pointKey, source.repeat).integer(words.length) + source.ordinal
      const salt = [at(words, first), ...Array.from({ length: Math.min(saltWords, tokens) - 1 }, anyWord)].join(' ')
      const start = at(wordStarts, random.integer(wordStarts.length))
      const body = textTokens(start, Math.max(0, tokens - tokenizer.encode(salt).length))
      return cutToTokens(tokenizer, body.length === 0 ? salt : salt + decodeAfterWord(body), tokens, anyWord)
    },
    shifted: (tokens, index) => {
      const prompt = tokenizer.decode(textTokens(index, tokens))
      return { prompt, tokens: tokenizer.encode(prompt).length }
    },
  }
}

const at = <T>(values: readonly T[], index: number): T => values[index % values.length] as T

/** Lower-case words of the built-in text that are one token at the start of a text and after a space. */
function oneTokenWords(tokenizer: ResolvedTokenizer): string[] {
  const words = [...new Set(builtInText.match(/\b[a-z]{3,}\b/g))].sort()
  const before = tokenizer.encode('the').length
  const fitting = words.filter(
    (word) => tokenizer.encode(word).length === 1 && tokenizer.encode(`the ${word}`).length === before + 1,
  )
  return fitting.length >= 64 ? fitting : words
}

/**
 * `text` if it has exactly `wanted` tokens and no white space around it (which chat templates trim). Else its first tokens; where
 * these encode to another count once they are text, the last word gives way to single-token words. Falls back to the nearest found.
 */
function cutToTokens(tokenizer: ResolvedTokenizer, text: string, wanted: number, filler: () => string): ShapedPrompt {
  const ids = tokenizer.encode(text)
  let nearest = { prompt: text, tokens: ids.length }
  if (ids.length === wanted && isTrimmed(text)) return nearest

  let base = tokenizer.decode(ids.slice(0, wanted)).trimEnd()
  for (let attempt = 0; attempt < 8; attempt++) {
    if (attempt > 0) base = base.replace(/\s*\S+$/, '')
    const missing = wanted - (base === '' ? 0 : tokenizer.encode(base).length)
    if (missing < 0) continue
    const prompt = [...(base === '' ? [] : [base]), ...Array.from({ length: missing }, filler)].join(' ')
    const tokens = tokenizer.encode(prompt).length
    if (tokens === wanted) return { prompt, tokens }
    if (!isTrimmed(nearest.prompt) || Math.abs(tokens - wanted) < Math.abs(nearest.tokens - wanted)) {
      nearest = { prompt, tokens }
    }
  }
  return nearest
}

const isTrimmed = (text: string): boolean => text === text.trim()

const comparedPairs = 64

/**
 * The longest beginning, in tokens, that two of the prompts have in common: what a prefix cache could reuse between them. Looks at
 * neighbours in alphabetical order, those that share most characters first.
 */
export function longestSharedPrefix(prompts: readonly string[], tokenizer: ResolvedTokenizer): number {
  const sorted = [...prompts].sort()
  const pairs = sorted
    .slice(1)
    .map((other, i) => ({ one: sorted[i] as string, other, characters: sharedLength(sorted[i] as string, other) }))
    .sort((a, b) => b.characters - a.characters)
  let longest = 0
  for (const { one, other, characters } of pairs.slice(0, comparedPairs)) {
    if (characters <= longest) break
    const [head, otherHead] = [one, other].map((prompt) => tokenizer.encode(prompt.slice(0, characters + 64)))
    const shared = sharedLength(head ?? [], otherHead ?? [])
    longest = Math.max(longest, shared)
  }
  return longest
}

function sharedLength<T>(one: ArrayLike<T>, other: ArrayLike<T>): number {
  const limit = Math.min(one.length, other.length)
  let i = 0
  while (i < limit && one[i] === other[i]) i++
  return i
}
