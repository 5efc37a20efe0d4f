/** Detokenises piece by piece, so that the texts of all calls together are the text of all tokens. */
export class IncrementalText {
  readonly #detokenize: (tokens: readonly number[], before: readonly number[]) => string
  #before: readonly number[]
  #pending: number[] = []

  /** `before`: the tokens that the text continues; a tokenizer may drop the space that begins a text. */
  constructor(detokenize: (tokens: readonly number[], before: readonly number[]) => string, before: readonly number[]) {
    this.#detokenize = detokenize
    this.#before = before
  }

  /** Text that the token completes: empty while a character lacks bytes, which then come with a later token. */
  push(token: number): string {
    this.#pending.push(token)
    const text = this.#detokenize(this.#pending, this.#before)
    const isCut = text.endsWith('\uFFFD') && this.#pending.length < longestCharacterInTokens
    return isCut ? '' : this.#take(text)
  }

  /** What is left when no token follows. */
  flush(): string {
    return this.#pending.length === 0 ? '' : this.#take(this.#detokenize(this.#pending, this.#before))
  }

  #take(text: string): string {
    if (text !== '') this.#before = this.#pending
    this.#pending = []
    return text
  }
}

/** UTF-8 has at most 4 bytes a character, a token at least one: after this many tokens it will not become whole. */
const longestCharacterInTokens = 4

export interface MatchedText {
  /** Text that may be shown. */
  readonly text: string
  readonly stopped: boolean
}

/** Cuts a text before the first stop string, and holds back an end that may become one. */
export class StopStrings {
  readonly #stops: readonly string[]
  #held = ''

  constructor(stops: readonly string[]) {
    this.#stops = stops
  }

  push(text: string): MatchedText {
    if (this.#stops.length === 0) return { text, stopped: false }
    const seen = this.#held + text
    const starts = this.#stops.map((stop) => seen.indexOf(stop)).filter((start) => start !== -1)
    if (starts.length > 0) {
      this.#held = ''
      return { text: seen.slice(0, Math.min(...starts)), stopped: true }
    }
    const keep = Math.max(...this.#stops.map((stop) => overlap(seen, stop)))
    this.#held = seen.slice(seen.length - keep)
    return { text: seen.slice(0, seen.length - keep), stopped: false }
  }

  /** What was held back, when no text follows. */
  flush(): string {
    const held = this.#held
    this.#held = ''
    return held
  }
}

/** Length of the longest end of `text` that begins `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length--) {
    if (text.endsWith(stop.slice(0, length))) return length
  }
  return 0
}
