import { expect, test } from 'vitest'
import { runLoad } from './run-load.ts'
import { testPlan } from './testing/plan.ts'
import { goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

test('requests are answered over one kept connection', async () => {
  await using server = await rawServer((socket) => socket.write(sseReply(goodEvents)))
  const { requests, chunks, text } = await runLoad(testPlan(server.port, { count: 3 }))
  expect(requests.outcome).toEqual(['ok', 'ok', 'ok'])
  expect(server.connections()).toBe(1)
  expect(requests.reused).toEqual([false, true, true])
  expect(chunks.length).toBe(12)
  expect(Buffer.from(text).toString()).toBe('ababab')
})
