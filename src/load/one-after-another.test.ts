import { expect, test } from 'vitest'
import { runLoad } from './run-load.ts'
import type { ReplyFixture } from './testing/http-fixtures.ts'
import { httpFixtures } from './testing/http-fixtures.ts'
import { testPlan } from './testing/plan.ts'
import { scriptedSockets } from './testing/scripted-socket.ts'
import { dressedReply } from './testing/sse-fixtures.ts'
import { timeless } from './testing/timeless.ts'

/** What is recorded of the replies when one client gets them one after another; a request that is sent again gets its own again. */
async function record(fixtures: readonly ReplyFixture[]): Promise<unknown[]> {
  const openSocket = scriptedSockets((_, bytes) => {
    const { item } = JSON.parse(bytes.toString().split('\r\n\r\n')[1]!) as { item: number }
    const { bytes: reply, ending } = fixtures[item]!
    return { pieces: [Buffer.from(reply as string)], ending }
  })
  const recording = await runLoad(testPlan(1, { count: fixtures.length }), { openSocket })
  return fixtures.map((_, row) => timeless(recording, row))
}

test('whatever reply came before, a reply is recorded as if it were alone', async () => {
  const fixtures = [...httpFixtures, dressedReply]
  const alone = new Map(
    await Promise.all(fixtures.map(async (fixture) => [fixture, (await record([fixture]))[0]] as const)),
  )
  for (const before of fixtures) {
    const turns = fixtures.flatMap((fixture) => [before, fixture])
    const recorded = await record(turns)
    turns.forEach((fixture, row) =>
      expect(recorded[row], `${fixture.name}, before it ${turns[row - 1]?.name}`).toEqual(alone.get(fixture)),
    )
  }
})
