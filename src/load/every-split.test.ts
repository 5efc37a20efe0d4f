import { describe, expect, test } from 'vitest'
import type { Recording, RequestColumns } from '../recording/recording.ts'
import { runLoad } from './run-load.ts'
import type { ReplyFixture } from './testing/http-fixtures.ts'
import { httpFixtures } from './testing/http-fixtures.ts'
import { testPlan } from './testing/plan.ts'
import { scriptedSockets } from './testing/scripted-socket.ts'
import { dressedReply } from './testing/sse-fixtures.ts'

/** Columns that tell when, or which request of the run it was. */
const ofTheRun = new Set<keyof RequestColumns>([
  'item',
  'requestIdSent',
  'connection',
  'connect',
  'reused',
  'attempts',
  'bytesOut',
  'chunkStart',
  'chunkEnd',
  'textStart',
  'textEnd',
])
const times = new Set<keyof RequestColumns>([
  'writeStart',
  'writeDone',
  'firstByte',
  'firstToken',
  'firstReasoning',
  'firstContent',
  'firstToolCall',
  'lastToken',
  'finished',
  'usage',
  'endMark',
  'closed',
])

/** Request `n` of the run gets the fixture cut in two at byte `n`; the last one gets it byte by byte. */
async function recordAllSplits(fixture: ReplyFixture): Promise<unknown[]> {
  const bytes = Buffer.from(fixture.bytes as string)
  const pieces = (request: number): Buffer[] => {
    if (request === bytes.length) return [...bytes].map((byte) => Buffer.from([byte]))
    return [bytes.subarray(0, request), bytes.subarray(request)].filter((piece) => piece.length > 0)
  }
  const plan = testPlan(1, { count: bytes.length + 1 })
  const openSocket = scriptedSockets((request) => ({ pieces: pieces(request), ending: fixture.ending }))
  const recording = await runLoad(plan, { openSocket })
  return Array.from({ length: recording.requests.length }, (_, row) => timeless(recording, row))
}

/** All of a row and its chunks but the times, of which only whether they are known. */
function timeless({ requests, chunks, text }: Recording, row: number): unknown {
  const cells: Record<string, unknown> = {}
  for (const [name, column] of Object.entries(requests) as [keyof RequestColumns, readonly unknown[]][]) {
    if (name === 'length' || ofTheRun.has(name)) continue
    cells[name] = times.has(name) ? column[row] !== null : column[row]
  }
  const start = requests.chunkStart[row]!
  const end = requests.chunkEnd[row]!
  return {
    ...cells,
    bytes: [...chunks.bytes.subarray(start, end)],
    tokens: [...chunks.tokens.subarray(start, end)],
    kind: [...chunks.kind.subarray(start, end)],
    carriesToken: [...chunks.carriesToken.subarray(start, end)],
    text: Buffer.from(text.subarray(requests.textStart[row]!, requests.textEnd[row]!)).toString(),
    chunks: end - start,
  }
}

describe.each([...httpFixtures, dressedReply])('$name', (fixture) => {
  test('is recorded alike at every split of its bytes', async () => {
    const [whole, ...others] = await recordAllSplits(fixture)
    const { outcome, status, text, chunks, error } = fixture
    expect(whole).toMatchObject({ outcome, httpStatus: status, text, chunks, error })
    for (const other of others) expect(other).toEqual(whole)
  })
})
