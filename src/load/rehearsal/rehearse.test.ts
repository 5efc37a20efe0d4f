import { expect, test } from 'vitest'
import { runLoad } from '../run-load.ts'
import { rehearsalReplies } from './rehearsal-replies.ts'
import { startRehearsalServer } from './rehearsal-server.ts'
import { rehearsalPlan } from './rehearse.ts'

test.each(['streams', 'short'] as const)('every request of the %s is answered whole', async (name) => {
  await using server = await startRehearsalServer(rehearsalReplies[name])
  const { requests, chunks } = await runLoad(rehearsalPlan(server.url, null, 40))
  expect(new Set(requests.error)).toEqual(new Set([null]))
  expect(new Set(requests.outcome)).toEqual(new Set(['ok']))
  expect(chunks.length).toBeGreaterThan(name === 'streams' ? 40 * 100 : 40)
})
