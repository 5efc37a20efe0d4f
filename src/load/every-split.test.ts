import { describe, expect, test } from 'vitest'
import { runLoad } from './run-load.ts'
import type { ReplyFixture } from './testing/http-fixtures.ts'
import { httpFixtures } from './testing/http-fixtures.ts'
import { testPlan } from './testing/plan.ts'
import { scriptedSockets } from './testing/scripted-socket.ts'
import { dressedReply } from './testing/sse-fixtures.ts'
import { timeless } from './testing/timeless.ts'

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

describe.each([...httpFixtures, dressedReply])('$name', (fixture) => {
  test('is recorded alike at every split of its bytes', async () => {
    const [whole, ...others] = await recordAllSplits(fixture)
    const { outcome, status, text, chunks, error } = fixture
    expect(whole).toMatchObject({ outcome, httpStatus: status, text, chunks, error })
    for (const other of others) expect(other).toEqual(whole)
  })
})
