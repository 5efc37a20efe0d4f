import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createDecoder } from '../backends/families/openai-decoder.ts'
import { mulberry32 } from '../mulberry32.ts'
import { BlockPool, EventBuffer } from './event-buffer.ts'
import { assemble } from './record/assemble.ts'
import { Recorder } from './record/recorder.ts'
import { EventKinds, Repeat } from './repeat.ts'
import { Reply } from './reply.ts'
import { newRow } from './record/request-row.ts'
import { plannedRequest } from './testing/plan.ts'

const options = { route: 'completions', stream: true } as const
const reader = { textOf: (bytes: Buffer, start: number, end: number) => bytes.toString('utf8', start, end) }

/** An event with its type, its bytes a character each. */
interface Named {
  readonly name: string | null
  readonly latin1: string
}

/** Takes replies, each a list of events, and tells all that was recorded of them. `inTurn`: an event of each in turn. */
async function recorded(
  replies: readonly (readonly (string | Named)[])[],
  kinds: EventKinds | null,
  inTurn = false,
): Promise<unknown> {
  const recorder = new Recorder(() => 0, true)
  const takers = replies.map((events) => {
    const row = newRow()
    recorder.addRequest(row, plannedRequest(0), 'measure', 'ok')
    const reply = new Reply(row, recorder, reader, kinds)
    reply.begin(row.row, createDecoder(options))
    const buffer = new EventBuffer(new BlockPool())
    const tokens: number[] = []
    const takeNext = (): void => {
      const index = tokens.length
      const event = events[index]
      if (event === undefined) return
      const { name, bytes } =
        typeof event === 'string'
          ? { name: null, bytes: Buffer.from(event) }
          : { name: event.name, bytes: Buffer.from(event.latin1, 'latin1') }
      buffer.stamp(1000 + index, index, index)
      buffer.append(bytes, 0, bytes.length)
      buffer.commit(name)
      buffer.take()
      tokens.push(reply.take(buffer))
    }
    const finish = (): unknown => {
      return { tokens, end: reply.end('') }
    }
    return { takeNext, finish }
  })
  const longest = Math.max(...replies.map(({ length }) => length))
  if (inTurn) for (let index = 0; index < longest; index++) for (const { takeNext } of takers) takeNext()
  const ends = takers.map(({ takeNext, finish }, nth) => {
    if (!inTurn) replies[nth]!.forEach(takeNext)
    return finish()
  })
  const record = await recorder.finish(1000)
  const raw = { ...record, parts: [{ ...record, rowOf: Int32Array.from(replies.keys()) }] }
  const { requests, chunks, text } = assemble(raw as unknown as Parameters<typeof assemble>[0])
  return { ends, requests, chunks, text: Buffer.from(text).toString('utf8') }
}

/** Counts how many of the events were not decoded. */
function counting(): { kinds: EventKinds; taken: () => number } {
  let taken = 0
  const kinds = new EventKinds(createDecoder(options).repeats!)
  const matches = kinds.matches.bind(kinds)
  kinds.matches = (...given) => {
    const matched = matches(...given)
    if (matched) taken++
    return matched
  }
  return { kinds, taken: () => taken }
}

type Choice = { text?: string; token_ids?: number[]; delta?: object; finish_reason?: string | null }
const event = (choice: Choice, more: object = {}): string =>
  JSON.stringify({ id: 'r1', created: 1, model: 'm', choices: [{ index: 0, logprobs: null, ...choice }], ...more })
const usage = (count: number): object => ({
  usage: { prompt_tokens: 8, total_tokens: 8 + count, completion_tokens: count },
})

/** Events that any server may send, usual ones and others in between. */
function anyEvent(random: () => number, count: number): string {
  const pick = <T>(...all: T[]): T => all[Math.floor(random() * all.length)]!
  const text = pick(' tok', ' a', ' longer text', ' b', '', 'é', '\n', '"', '\\', '\u0007', '日本', ' 0')
  const more = pick(
    {},
    {},
    {},
    usage(count),
    usage(count),
    usage(count - 1),
    usage(2 ** 60),
    { usage: null },
    { created: 2 },
  )
  const names = pick({}, {}, {}, {}, { id: 'r2' }, { model: '' }, { id: null }, { sent_ns: String(count) })
  return pick(
    event({ text }, { ...more, ...names }),
    event({ text }, { ...more, ...names }),
    event({ text }, more),
    event({ text }, more),
    event({ delta: { content: text } }, more),
    event({ delta: { content: text }, text }, more),
    event({ text, finish_reason: pick(null, 'stop') }, more),
    event({ delta: { reasoning_content: text, content: pick('', 'x') } }),
    event({ text }, { error: { message: text } }),
    event({ text, token_ids: pick([1], [1], [1, 2]) }, more),
    event({ text }, more).replace(/}$/, ' }'),
    event({ text }, more).replace('"choices"', '"choices":[],"choices"'),
    event({ text }, more).replace('"index":0', `"index":${pick('0', '1', '-0', '0.0')}`),
    event({ text }, more).slice(0, pick(1000, 1000, 1000, 40)),
    pick('[DONE]', '{}', ''),
  )
}

describe('what is recorded is the same as if each event had been decoded', () => {
  test.each(Array.from({ length: 60 }, (_, seed) => seed))('replies of any events, seed %i', async (seed) => {
    const random = mulberry32(seed)
    const replies = Array.from({ length: 6 }, () =>
      Array.from({ length: 30 }, (_, index) => anyEvent(random, index + 1)),
    )
    const { kinds, taken } = counting()
    expect(await recorded(replies, kinds, seed % 2 === 1)).toEqual(await recorded(replies, null, seed % 2 === 1))
    expect(taken()).toBeGreaterThan(0)
  })

  const odd = (latin1: string, name: string | null = null): Named => ({ name, latin1 })
  const usual = event({ text: ' tok' }, usage(3))
  test.each([
    ['a control character in the text', odd(usual.replace('tok', '\u0001'))],
    ['bytes in the text that are no UTF-8', odd(usual.replace('tok', 'a\u00ffb'))],
    ['half a character at the end of the text', odd(usual.replace('tok', 'a\u00e2\u0082'))],
    ['a number with zeros in front', odd(usual.replace('"completion_tokens":3', '"completion_tokens":03'))],
    ['a number with a fraction', odd(usual.replace('"completion_tokens":3', '"completion_tokens":3.5'))],
    ['a number with a sign', odd(usual.replace('"completion_tokens":3', '"completion_tokens":-3'))],
    ['no number', odd(usual.replace('"completion_tokens":3', '"completion_tokens":'))],
    ['a count that is not known', odd(usual.replace('"completion_tokens":3', '"completion_tokens":null'))],
    [
      'a count beyond whole numbers',
      odd(usual.replace('"completion_tokens":3', '"completion_tokens":9007199254740993')),
    ],
    ['an error event', odd(usual, 'error')],
    ['an event of another type', odd(usual, 'message')],
    ['no counts', odd(event({ text: ' tok' }))],
    ['another id', odd(usual.replace('r1', 'r3'))],
    ['more behind it', odd(`${usual} x`)],
    ['an end too early', odd(usual.slice(0, -1))],
  ])('a stream in which one event has %s', async (_, one) => {
    const before = [1, 2, 3].map((count) => event({ text: ` ${count}` }, usage(count)))
    const behind = [4, 5, 6].map((count) => event({ text: ` ${count}` }, usage(count)))
    const replies = [
      [...before, one, ...behind],
      [one, ...before, one, one, ...behind, one],
      [...behind, event({ text: ' 7' }), ...before],
    ]
    const { kinds, taken } = counting()
    expect(await recorded(replies, kinds)).toEqual(await recorded(replies, null))
    expect(taken()).toBeGreaterThan(0)
  })

  const ids = (text: string, ...tokens: number[]): string => event({ text, token_ids: tokens })

  test('an event with an escape in its text that carried other tokens', async () => {
    const reply = [ids(' a', 5), ids('\n', 7, 8), ids(' b', 5)]
    const { kinds } = counting()
    expect(await recorded([reply], kinds)).toEqual(await recorded([reply], null))
  })

  test('counts that run along beside tokens, and then alone', async () => {
    const beside = [1, 2, 3].map((count) => event({ text: ` ${count}`, token_ids: [5] }, usage(count)))
    const reply = [...beside, event({ text: ' 4' }, usage(4))]
    const { kinds } = counting()
    expect(await recorded([reply], kinds)).toEqual(await recorded([reply], null))
  })

  test('a count with a fraction of nothing, twice', async () => {
    const one = (text: string): string => event({ text }, usage(5)).replace('tokens":5', 'tokens":5.0')
    const reply = [one(' a'), one(' b')]
    const { kinds } = counting()
    expect(await recorded([reply], kinds)).toEqual(await recorded([reply], null))
  })

  test('a choice that is not the first', async () => {
    const choices = (first: string, text: string): string =>
      JSON.stringify({
        choices: [
          { index: 1, text: first },
          { index: 0, text },
        ],
      })
    const reply = [choices('a', 'a'), choices('b', 'a'), choices('c', 'c')]
    const { kinds } = counting()
    expect(await recorded([reply], kinds)).toEqual(await recorded([reply], null))
  })

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('a reply that sends what took the place of its kind, kind %i', async (kind) => {
    const others = Array.from({ length: 8 }, (_, other) => [ids(' o', 1, 2, other)])
    const replies = [[ids(' a', 1), ids(' b', 1, 2, kind)], ...others]
    const { kinds } = counting()
    expect(await recorded(replies, kinds, true)).toEqual(await recorded(replies, null, true))
  })

  test.each(['llama-server-completion.sse', 'trtllm-chat.sse'])('the recorded stream %s', async (name) => {
    const file = readFileSync(new URL(`../backends/fixtures/${name}`, import.meta.url), 'utf8')
    const events = [...file.matchAll(/^data: ?(.*)$/gm)].map(([, data]) => data!)
    const { kinds } = counting()
    expect(await recorded([events, events], kinds)).toEqual(await recorded([events, events], null))
  })
})

test.each([
  ['completions', (index: number) => event({ text: ` ${index}` })],
  ['chat', (index: number) => event({ delta: { content: ` ${index}` } })],
  ['counts that run along', (index: number) => event({ text: ` ${index}` }, usage(index + 1))],
  ['a clock in each event', (index: number) => event({ text: ` ${index}` }, { created: index })],
])('of a stream of %s only the first event of a reply is decoded', async (_, one) => {
  const { kinds, taken } = counting()
  const reply = Array.from({ length: 50 }, (_each, index) => one(index))
  await recorded(
    [reply, reply.map((each) => each.replace('r1', 'r22').replace('"prompt_tokens":8', '"prompt_tokens":123'))],
    kinds,
  )
  // And once it is looked at whether that first one is of a kind.
  expect(taken()).toBe(2 * 50)
})

test('an event of another reply is not taken for one of this', () => {
  const decoder = createDecoder(options)
  const kinds = new EventKinds(decoder.repeats!)
  const repeat = new Repeat(decoder.repeats!, kinds)
  const buffer = new EventBuffer(new BlockPool())
  const put = (text: string): void => {
    buffer.append(Buffer.from(text), 0, Buffer.byteLength(text))
    buffer.commit(null)
    buffer.take()
  }
  put(event({ text: ' a' }))
  repeat.decoded(buffer, decoder.decode({ event: null, data: event({ text: ' a' }) }))
  put(event({ text: ' b' }))
  expect(repeat.take(buffer)).not.toBeNull()
  put(event({ text: ' b' }, { id: 'r2' }))
  expect(repeat.take(buffer)).toBeNull()
})
