import type { Carried, JsonPath, Repeats } from '../backends/backend.ts'
import type { EventBuffer } from './event-buffer.ts'
import { type JsonPlace, jsonPlaces } from './json-places.ts'

/** Longer events are rare, and looking for their like costs more than it saves. */
const longestEvent = 2048
/** Kinds of events that are known at once. */
const mostKinds = 4
/** So many kinds are looked into in all: a server whose events are all different is not looked into forever. */
const mostLearned = 64
/** A count longer than this may not be a whole number to JavaScript. */
const mostDigits = 15

const quote = 34
const backslash = 92

/** What stands in a place: all of the text, a count (with its number in the list), what stays the same within a reply, or what nobody reads. */
type Role = 'text' | 'count' | 'steady' | 'unread'

interface Place extends JsonPlace {
  readonly role: Role
  /** Which of its role's. */
  readonly index: number
}

/** An event that was decoded, with the places where another one may differ. Held by replies when it is no longer listed. */
interface Kind {
  readonly bytes: Buffer
  readonly places: readonly Place[]
  readonly event: string | null
}

/** Where something stands in the bytes of the event at hand; nowhere: both 0. */
interface Range {
  start: number
  end: number
}

/** What may stand in a place instead: what stands for itself in a string, not empty, and whole numbers as JSON writes them. */
const plain: Readonly<Record<JsonPlace['kind'], RegExp>> = {
  string: /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/,
  number: /^(0|[1-9]\d{0,14})$/,
}

/** The kinds of events that the replies of a run are made of. */
export class EventKinds {
  readonly #kinds: Kind[] = []
  #learned = 0

  /** What stands in the event that matched last: its text, its counts (NaN: not there) and what is steady. */
  readonly text: Range = { start: 0, end: 0 }
  readonly counts: Float64Array
  readonly steady: readonly Range[]

  /** `repeats`: of any decoder of the run, as they all have the same paths. */
  constructor(repeats: Repeats) {
    this.counts = new Float64Array(repeats.counts.length)
    this.steady = repeats.steady.map(() => ({ start: 0, end: 0 }))
  }

  /** The kind that a decoded event is of, whatever characters its text is written with. */
  find(event: EventBuffer): Kind | null {
    for (const kind of this.#kinds) if (this.matches(kind, event, stringEnd)) return kind
    return null
  }

  /** Takes an event that was decoded, and carried that text, for a kind. Null: it can be none. */
  learn(event: EventBuffer, text: string, repeats: Repeats): Kind | null {
    if (this.#learned === mostLearned || event.end - event.start > longestEvent || !plain.string.test(text)) return null
    this.#learned++
    const places = placesOf(event, text, repeats)
    if (places === null) return null
    const index = this.#kinds.length < mostKinds ? this.#kinds.length : this.#learned % mostKinds
    const bytes = Buffer.from(event.data.subarray(event.start, event.end))
    const kind = { bytes, places, event: event.name }
    this.#kinds[index] = kind
    return this.matches(kind, event) ? kind : null
  }

  /** Whether the event is of that kind: every other byte is the same. `textEnd`: where its text ends. */
  matches({ bytes, places, event }: Kind, { data, start, end, name }: EventBuffer, textEnd = plainEnd): boolean {
    if (name !== event) return false
    this.#forget()
    let at = start
    let known = 0
    for (let next = 0; next < places.length; next++) {
      const place = places[next]!
      const gap = place.start - known
      if (end - at <= gap || !same(bytes, known, data, at, gap)) return false
      at += gap
      known = place.end
      const endOf = place.kind === 'number' ? digitsEnd : place.role === 'text' ? textEnd : plainEnd
      const stop = endOf(data, at, end)
      if (stop === at || !this.#enter(place, data, at, stop)) return false
      at = stop
    }
    const rest = bytes.length - known
    return end - at === rest && same(bytes, known, data, at, rest)
  }

  #forget(): void {
    for (let index = 0; index < this.counts.length; index++) this.counts[index] = NaN
    for (const range of this.steady) range.end = range.start = 0
  }

  #enter({ kind, role, index }: Place, data: Buffer, start: number, end: number): boolean {
    if (role === 'text' || role === 'steady') {
      const range = role === 'text' ? this.text : this.steady[index]!
      range.start = start
      range.end = end
    }
    if (kind === 'string') return true
    const value = wholeNumber(data, start, end)
    if (role === 'count') this.counts[index] = value
    return value >= 0
  }
}

const nothing: Carried = {}
const noBytes = Buffer.alloc(0)

/**
 * Knows an event of a reply that is one decoded before with another text or other counts. All else is the same byte for
 * byte, and what differs is plain: so it is as valid as that one was, and says the same but for them.
 */
export class Repeat {
  readonly #kinds: EventKinds
  #repeats: Repeats
  #kind: Kind | null = null
  #before: Carried = nothing
  /** What stays the same in this reply, such as its id; empty where its kind has no place for it. */
  #steady = noBytes
  readonly #steadyEnds: Int32Array

  constructor(repeats: Repeats, kinds: EventKinds) {
    this.#repeats = repeats
    this.#kinds = kinds
    this.#steadyEnds = new Int32Array(kinds.steady.length)
  }

  /** The next events are of another reply. */
  begin(repeats: Repeats): void {
    this.#repeats = repeats
    this.#kind = null
    this.#before = nothing
  }

  /** Where the text of the event taken last stands in its bytes. */
  get text(): Readonly<Range> {
    return this.#kinds.text
  }

  /** What the event at hand carries, apart from its text; null: it is to be decoded. */
  take(event: EventBuffer): Carried | null {
    if (this.#kind === null || !this.#kinds.matches(this.#kind, event) || !this.#sameReply(event.data)) return null
    return this.#repeats.again(this.#before, this.#kinds.counts)
  }

  /** To be called with each event that was decoded. */
  decoded(event: EventBuffer, carried: Carried): void {
    this.#kind = null
    this.#before = carried
    const { text } = carried
    if (text === undefined || !carriesOnlyText(carried)) return
    const kinds = this.#kinds
    this.#kind = kinds.find(event) ?? kinds.learn(event, text, this.#repeats)
    if (this.#kind !== null) this.#keepSteady(event.data)
  }

  #keepSteady(data: Buffer): void {
    const ranges = this.#kinds.steady
    let length = 0
    for (let index = 0; index < ranges.length; index++) {
      length += ranges[index]!.end - ranges[index]!.start
      this.#steadyEnds[index] = length
    }
    if (length > this.#steady.length) this.#steady = Buffer.allocUnsafe(length * 2)
    let at = 0
    for (let index = 0; index < ranges.length; index++) {
      const { start, end } = ranges[index]!
      for (let from = start; from < end; from++) this.#steady[at++] = data[from]!
    }
  }

  #sameReply(data: Buffer): boolean {
    const ranges = this.#kinds.steady
    let known = 0
    for (let index = 0; index < ranges.length; index++) {
      const { start, end } = ranges[index]!
      const knownEnd = this.#steadyEnds[index]!
      if (end - start !== knownEnd - known || !same(this.#steady, known, data, start, end - start)) return false
      known = knownEnd
    }
    return true
  }
}

/** Null: its text stands in no place by itself. */
function placesOf(event: EventBuffer, text: string, repeats: Repeats): readonly Place[] | null {
  const paths: { role: Role; index: number; path: JsonPath }[] = []
  for (const role of ['text', 'counts', 'steady', 'unread'] as const) {
    repeats[role].forEach((path, index) => paths.push({ role: roles[role], index, path }))
  }
  const found = jsonPlaces(
    event.data,
    event.start,
    event.end,
    paths.map(({ path }) => path),
  )
  if (found === null) return null
  const places = found.flatMap((place, at): Place[] => {
    const { role, index } = paths[at]!
    if (place === null || place.kind !== kindOf(role, place)) return []
    const words = event.data.toString('latin1', place.start, place.end)
    if (!plain[place.kind].test(words) || (role === 'text' && words !== text)) return []
    return [{ ...place, start: place.start - event.start, end: place.end - event.start, role, index }]
  })
  if (places.filter(({ role }) => role === 'text').length !== 1) return null
  return places.sort((a, b) => a.start - b.start)
}

const roles = { text: 'text', counts: 'count', steady: 'steady', unread: 'unread' } as const

function kindOf(role: Role, place: JsonPlace): JsonPlace['kind'] {
  if (role === 'count') return 'number'
  return role === 'text' ? 'string' : place.kind
}

const textKeys: ReadonlySet<string> = new Set<keyof Carried>(['text', 'tokens', 'usage', 'requestId', 'model'])

function carriesOnlyText(carried: Carried): boolean {
  for (const key in carried) if (!textKeys.has(key)) return false
  return true
}

function same(a: Buffer, aStart: number, b: Buffer, bStart: number, length: number): boolean {
  for (let at = 0; at < length; at++) if (a[aStart + at] !== b[bStart + at]) return false
  return true
}

/** Behind the last character that stands for itself in a JSON string. */
function plainEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  for (; at < end; at++) {
    const byte = bytes[at]!
    if (byte === quote || byte === backslash || byte < 32 || byte > 126) break
  }
  return at
}

/** Behind the last character of a string in a JSON text that is known to be valid. */
function stringEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
  return Math.min(at, end)
}

function digitsEnd(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at]! >= 48 && bytes[at]! <= 57) at++
  return at
}

/** Negative: not written as JSON writes it, or too long to be exact. */
function wholeNumber(bytes: Buffer, start: number, end: number): number {
  if (end - start > mostDigits || (bytes[start] === 48 && end - start > 1)) return -1
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - 48
  return value
}
