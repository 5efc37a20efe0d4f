import { describe, expect, test } from 'vitest'
import { IncrementalText, StopStrings } from './text-assembly.ts'

const utf8 = (tokens: readonly number[]): string => Buffer.from(tokens).toString('utf8')

function pieces(bytes: readonly number[]): string[] {
  const text = new IncrementalText(utf8, [])
  return [...bytes.map((byte) => text.push(byte)), text.flush()]
}

describe('text token by token', () => {
  test.each([
    ['ASCII', 'ab', ['a', 'b', '']],
    ['two bytes', 'é', ['', 'é', '']],
    ['three bytes', '€x', ['', '', '€', 'x', '']],
    ['four bytes', '😀', ['', '', '', '😀', '']],
  ])('%s: a character comes with its last byte', (_, text, expected) => {
    expect(pieces([...Buffer.from(text)])).toEqual(expected)
  })

  test('bytes that are no character come with the text after them', () => {
    expect(pieces([0xe2, 0x61])).toEqual(['', '\uFFFDa', ''])
  })

  test('bytes that never become a character are not held for ever', () => {
    const text = new IncrementalText(utf8, [])
    const shown = [0xff, 0xff, 0xff, 0xff, 0xff].map((byte) => text.push(byte)).join('')
    expect(shown).toBe('\uFFFD'.repeat(4))
  })

  test('what is held at the end is shown', () => {
    expect(pieces([0x61, 0xe2, 0x82]).at(-1)).toBe('\uFFFD')
  })

  test('the tokens before decide about a leading space, and tokens without text do not', () => {
    const seen: (readonly number[])[] = []
    const text = new IncrementalText(
      (tokens, before) => {
        seen.push(before)
        return tokens[0] === 0 ? '' : 'x'
      },
      [7],
    )
    for (const token of [0, 1, 2]) text.push(token)
    expect(seen).toEqual([[7], [7], [1]])
  })
})

describe('stop strings', () => {
  function run(stops: readonly string[], texts: readonly string[]): { text: string; stopped: boolean } {
    const matcher = new StopStrings(stops)
    let shown = ''
    for (const text of texts) {
      const matched = matcher.push(text)
      shown += matched.text
      if (matched.stopped) return { text: shown, stopped: true }
    }
    return { text: shown + matcher.flush(), stopped: false }
  }

  test('the text ends before the stop string', () => {
    expect(run(['END'], ['one END two'])).toEqual({ text: 'one ', stopped: true })
  })

  test('a stop string that is split over tokens is found', () => {
    expect(run(['END'], ['one E', 'N', 'D two'])).toEqual({ text: 'one ', stopped: true })
  })

  test('text that only began like a stop string is shown', () => {
    expect(run(['END'], ['E', 'N', 'E', 'X'])).toEqual({ text: 'ENEX', stopped: false })
  })

  test('text that may become a stop string is held back', () => {
    expect(new StopStrings(['END']).push('one EN')).toEqual({ text: 'one ', stopped: false })
  })

  test('the earliest of several stop strings counts', () => {
    expect(run(['c', 'b'], ['abcd'])).toEqual({ text: 'a', stopped: true })
  })

  test('what is held at the end is shown', () => {
    expect(run(['END'], ['xEN'])).toEqual({ text: 'xEN', stopped: false })
  })
})
