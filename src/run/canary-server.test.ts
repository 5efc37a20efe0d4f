import { expect, test } from 'vitest'
import { runLoad } from '../load/run-load.ts'
import { testPlan } from '../load/testing/plan.ts'
import { goodEvents, rawServer, sseReply } from '../load/testing/raw-server.ts'
import { inSituOf } from '../metrics/in-situ.ts'
import { startCanaryServer } from './canary-server.ts'

test('the canary tells what stamps are off by while a load runs', async () => {
  await using server = await rawServer((socket) => setTimeout(() => socket.write(sseReply(goodEvents)), 150))
  const canary = await startCanaryServer()
  try {
    const recording = await runLoad(testPlan(server.port, { count: 6, canary: canary.plan }))
    const found = inSituOf(recording)!
    expect(found.events).toBeGreaterThan(20)
    expect(found.p50_s).toBeGreaterThan(0)
    expect(found.max_s).toBeLessThan(0.5)
  } finally {
    await canary.stop()
  }
  await expect(fetch(canary.plan.url)).rejects.toThrow('fetch failed')
})
