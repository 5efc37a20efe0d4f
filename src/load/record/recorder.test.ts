import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { mulberry32 } from '../../mulberry32.ts'
import type { Recording } from '../../recording/recording.ts'
import { chunkKinds } from '../../recording/vocabulary.ts'
import { BlockPool, EventBuffer } from '../event-buffer.ts'
import { plannedRequest } from '../testing/plan.ts'
import { assemble, blocksOf, type RawRecording } from './assemble.ts'
import type { Spill } from './block-keeper.ts'
import { Recorder } from './recorder.ts'
import { newRow } from './request-row.ts'
import { SpillFile } from './spill-file.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'servemark-record-'))
})
afterAll(async () => await rm(directory, { recursive: true }))

interface Given {
  readonly row: number
  readonly time: number
  readonly batch: number
  readonly read: number
  readonly bytes: number
  readonly tokens: number | null
  readonly kind: (typeof chunkKinds)[number]
  readonly carriesToken: boolean
  readonly text: string
}

/** Chunks of streams that take turns as the loop's reads do. */
function streams(rows: number, chunks: number, seed = 1): Given[] {
  const random = mulberry32(seed)
  let time = 1e9
  return Array.from({ length: chunks }, (_, at) => {
    time += Math.floor(random() * 40_000)
    return {
      row: Math.floor(random() * rows),
      time,
      batch: Math.floor(at / 3),
      read: at,
      bytes: 200 + Math.floor(random() * 50),
      tokens: 1,
      kind: 'text',
      carriesToken: true,
      text: ` tok${at % 7}`,
    }
  })
}

async function record(given: readonly Given[], spill: Spill | null = null, saveText = true): Promise<RawRecording> {
  const rows = Math.max(-1, ...given.map(({ row }) => row)) + 1
  let now = 0
  const recorder = new Recorder(() => now++, saveText, spill)
  for (let item = 0; item < rows; item++) recorder.addRequest(newRow(), plannedRequest(item), 'measure', 'ok')
  const event = new EventBuffer(new BlockPool())
  for (const [at, chunk] of given.entries()) {
    Object.assign(event, { time: chunk.time, batch: chunk.batch, read: chunk.read, start: 3, end: 3 + chunk.bytes })
    recorder.addChunk(chunk, event)
    if (given[at + 1]?.batch !== chunk.batch) {
      recorder.batches.add({ time: chunk.time, busy: at, runDelay: 1000 * at, reads: 3, waited: at % 2 === 0 })
    }
    // Blocks are written between the turns of a loop.
    if (spill !== null && at % 500 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  const { requests, added, ...logs } = await recorder.finish(given.length)
  return {
    anchor: { wallSeconds: 0, monotonicNs: 0 },
    moments: {
      warmupStart: null,
      warmupEnd: null,
      measureStart: null,
      measureEnd: null,
      allStarted: null,
      firstIdle: null,
    },
    series: [],
    ending: 'complete',
    requests,
    parts: [{ ...logs, rowOf: Int32Array.from(added) }],
  }
}

/** What was given, as the recording has it: by request, in order. */
function read({ requests, chunks, text }: Recording): Given[] {
  let textStart = 0
  return Array.from({ length: chunks.length }, (_, at) => {
    const row = chunks.request[at]!
    if (at === requests.chunkStart[row]) textStart = requests.textStart[row]!
    const from = textStart
    textStart = chunks.textEnd[at]!
    return {
      row,
      time: chunks.time[at]!,
      batch: chunks.batch[at]!,
      read: chunks.read[at]!,
      bytes: chunks.bytes[at]!,
      tokens: chunks.tokens[at] === -1 ? null : chunks.tokens[at]!,
      kind: chunkKinds[chunks.kind[at]!]!,
      carriesToken: chunks.carriesToken[at] === 1,
      text: Buffer.from(text.subarray(from, textStart)).toString(),
    }
  })
}

/** Comparing texts of many is much quicker. */
const told = (given: readonly Given[]): string => given.map((chunk) => JSON.stringify(chunk)).join('\n')
const byRequest = (given: readonly Given[]): Given[] => given.toSorted((a, b) => a.row - b.row)

test('what goes in comes out, by request', async () => {
  const given = streams(20, 2000)
  expect(told(read(assemble(await record(given))))).toBe(told(byRequest(given)))
})

const plain = streams(1, 1)[0]!

test.each<[string, Partial<Given>]>([
  ['no token, no text', { tokens: null, text: '', carriesToken: false, kind: 'role' }],
  ['many tokens', { tokens: 1_000_000 }],
  ['letters of several bytes', { text: 'größe 日本語 🙂' }],
  ['a long text', { text: 'x'.repeat(300_000), bytes: 300_100 }],
  ['a long text of several bytes', { text: '語'.repeat(50_000) }],
  ['an answer of a long time', { time: 3600e9 * 24 * 30 }],
  ['an error', { kind: 'error', tokens: null, text: '' }],
])('%s, between others', async (_, chunk) => {
  const given = [plain, { ...plain, ...chunk }, { ...plain, time: 5 }]
  expect(read(assemble(await record(given)))).toEqual(given)
})

test.each([-3, 1.5, Infinity, NaN])('a token count of %s, as a broken server may tell, is unknown', async (tokens) => {
  const given = [plain, { ...plain, tokens }, plain]
  expect(read(assemble(await record(given))).map((chunk) => chunk.tokens)).toEqual([1, null, 1])
})

test('poll batches come out', async () => {
  const { batches } = assemble(await record(streams(2, 12)))
  expect([...batches.reads]).toEqual([3, 3, 3, 3])
  expect([...batches.busy]).toEqual([2, 5, 8, 11])
  expect([...batches.runDelay]).toEqual([2000, 5000, 8000, 11000])
  expect([...batches.waited]).toEqual([1, 0, 1, 0])
})

test('text is left out where it is not wanted', async () => {
  const { text, requests } = assemble(await record(streams(2, 50), null, false))
  expect(text.length).toBe(0)
  expect(requests.textEnd).toEqual([0, 0])
})

test('a chunk with its text and its part of a poll takes less than 24 bytes', async () => {
  const chunks = 10_000
  const blocks = blocksOf(await record(streams(1024, chunks)))
  expect(blocks.reduce((sum, { length }) => sum + length, 0) / chunks).toBeLessThan(24)
})

describe('beyond a bound', () => {
  const spillTo = (name: string, beyondBytes: number): Spill => ({
    file: new SpillFile(join(directory, name)),
    beyondBytes,
  })
  const inMemory = (raw: RawRecording): number =>
    blocksOf(raw).reduce((sum, { length, place }) => sum + (place.kind === 'memory' ? length : 0), 0)

  test('blocks lie in a file, and all is as it was', async () => {
    const given = streams(100, 20_000)
    const spill = spillTo('some', 150_000)
    const raw = await record(given, spill)
    await spill.file.close()
    expect(inMemory(raw)).toBeLessThan(230_000)
    expect((await readFile(spill.file.path)).length).toBeGreaterThan(60_000)
    expect(told(read(assemble(raw)))).toBe(told(byRequest(given)))
  })

  test('below it there is no file', async () => {
    const spill = spillTo('none', 1e9)
    await record(streams(10, 10_000), spill)
    await spill.file.close()
    expect(await readdir(directory)).not.toContain('none')
  })

  test('a disk that takes nothing loses nothing', async () => {
    const given = streams(10, 8000)
    const raw = await record(given, { file: new SpillFile('/dev/null/nowhere'), beyondBytes: 1 })
    expect(told(read(assemble(raw)))).toBe(told(byRequest(given)))
  })
})
