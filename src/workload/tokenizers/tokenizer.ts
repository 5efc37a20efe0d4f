import { Tokenizer } from '@huggingface/tokenizers'
import { withWordSplit } from './word-split.ts'

export const tokenizerSources = ['folder', 'bundled', 'hub-cache', 'hub', 'shape'] as const
/** Where a tokenizer came from. `shape`: another model's, good for prompts of about the right length but not for counting. */
export type TokenizerSource = (typeof tokenizerSources)[number]

/** A vocabulary that texts are counted with. Special tokens (`<s>`, ...) are never added or counted. */
export interface ResolvedTokenizer {
  readonly name: string
  readonly source: TokenizerSource
  /** What a reader of the counts should know; null: nothing. */
  readonly note: string | null
  /** Special tokens that the model puts around a plain prompt: a server's count exceeds ours by this many. */
  readonly specialTokens: number
  readonly encode: (text: string) => number[]
  readonly decode: (ids: readonly number[]) => string
  /** Tokens of the text, remembered for texts counted lately. */
  readonly count: (text: string) => number
}

/** Resolved by the model's own name, with nothing to add. One that was asked for by another name may be another model's. */
export function isOwnTokenizer({ name, source, note }: ResolvedTokenizer, model: string): boolean {
  return source !== 'shape' && note === null && name === model
}

/** The contents of tokenizer.json and tokenizer_config.json. */
export interface TokenizerFiles {
  readonly json: object
  readonly config: object
}

const rememberedCounts = 2048

export function makeTokenizer(
  files: TokenizerFiles,
  about: Pick<ResolvedTokenizer, 'name' | 'source' | 'note'>,
): ResolvedTokenizer {
  const tokenizer = new Tokenizer(withWordSplit(files.json), files.config)
  const counts = new Map<string, number>()
  const encode = (text: string): number[] => tokenizer.encode(text, { add_special_tokens: false }).ids
  return {
    ...about,
    specialTokens: tokenizer.encode('a').ids.length - encode('a').length,
    encode,
    decode: (ids) => (ids.length === 0 ? '' : tokenizer.decode([...ids], { clean_up_tokenization_spaces: false })),
    count: (text) => {
      const known = counts.get(text)
      if (known !== undefined) return known
      const counted = encode(text).length
      if (counts.size >= rememberedCounts) counts.clear()
      counts.set(text, counted)
      return counted
    },
  }
}
