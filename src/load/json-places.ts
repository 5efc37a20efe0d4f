import type { JsonPath } from '../backends/backend.ts'

/** Where a value stands in the bytes of a JSON text: of a string what is between its quotes. */
export interface JsonPlace {
  readonly kind: 'string' | 'number'
  readonly start: number
  readonly end: number
}

const quote = 34
const backslash = 92
const space = 32

/**
 * Finds the strings and numbers at `paths` in a JSON text that is known to be valid; null for a path that leads to
 * neither. Null instead of the list: a key of such a path is there twice, or is written with escapes or beyond ASCII.
 */
export function jsonPlaces(
  bytes: Buffer,
  start: number,
  end: number,
  paths: readonly JsonPath[],
): (JsonPlace | null)[] | null {
  return new Finder(bytes, start, end, paths).find()
}

class Finder {
  readonly #bytes: Buffer
  readonly #end: number
  readonly #paths: readonly JsonPath[]
  readonly #found: (JsonPlace | null)[]
  #at: number
  #ambiguous = false

  constructor(bytes: Buffer, start: number, end: number, paths: readonly JsonPath[]) {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#paths = paths
    this.#found = paths.map(() => null)
  }

  find(): (JsonPlace | null)[] | null {
    const all = [...this.#paths.keys()]
    this.#value(all, 0)
    return this.#ambiguous ? null : this.#found
  }

  /** `wanted`: places of the paths whose first `depth` steps led here. */
  #value(wanted: readonly number[], depth: number): void {
    this.#blank()
    const byte = this.#bytes[this.#at]
    if (byte === quote) this.#enter('string', wanted, depth, this.#string())
    else if (byte === 123) this.#members(wanted, depth)
    else if (byte === 91) this.#elements(wanted, depth)
    else this.#scalar(wanted, depth)
  }

  #members(wanted: readonly number[], depth: number): void {
    const seen = new Set<string>()
    this.#at++
    for (this.#blank(); this.#at < this.#end && this.#bytes[this.#at] !== 125; this.#blank()) {
      const { start, end } = this.#string()
      const key = this.#bytes.toString('latin1', start, end)
      this.#blank()
      this.#at++
      const below = this.#below(wanted, depth, key)
      if (below.length > 0 && seen.has(key)) this.#ambiguous = true
      // An escape may hide a key that is looked for.
      if (wanted.length > 0 && !/^[\x20-\x5b\x5d-\x7e]*$/.test(key)) this.#ambiguous = true
      seen.add(key)
      this.#value(below, depth + 1)
      this.#comma()
    }
    this.#at++
  }

  #elements(wanted: readonly number[], depth: number): void {
    this.#at++
    let index = 0
    for (this.#blank(); this.#at < this.#end && this.#bytes[this.#at] !== 93; this.#blank()) {
      this.#value(this.#below(wanted, depth, index++), depth + 1)
      this.#comma()
    }
    this.#at++
  }

  #scalar(wanted: readonly number[], depth: number): void {
    const start = this.#at
    while (this.#at < this.#end && !endsScalar(this.#bytes[this.#at]!)) this.#at++
    const isNumber = this.#bytes[start]! < 65
    if (isNumber) this.#enter('number', wanted, depth, { start, end: this.#at })
  }

  #string(): { start: number; end: number } {
    const start = ++this.#at
    while (this.#at < this.#end && this.#bytes[this.#at] !== quote) {
      this.#at += this.#bytes[this.#at] === backslash ? 2 : 1
    }
    return { start, end: this.#at++ }
  }

  #enter(kind: JsonPlace['kind'], wanted: readonly number[], depth: number, range: { start: number; end: number }) {
    for (const path of wanted) {
      if (this.#paths[path]!.length === depth) this.#found[path] = { kind, ...range }
    }
  }

  #below(wanted: readonly number[], depth: number, step: string | number): number[] {
    return wanted.filter((path) => this.#paths[path]![depth] === step)
  }

  #comma(): void {
    this.#blank()
    if (this.#bytes[this.#at] === 44) this.#at++
  }

  #blank(): void {
    while (this.#at < this.#end && this.#bytes[this.#at]! <= space) this.#at++
  }
}

/** A comma, a closing bracket or brace, white space. */
function endsScalar(byte: number): boolean {
  return byte === 44 || byte === 93 || byte === 125 || byte <= space
}
