import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { expect, test } from 'vitest'
import { runDelay } from './run-delay.ts'

test.skipIf(process.platform !== 'linux')('threads that want more cores than there are wait for them', async () => {
  const threads = 2 * availableParallelism()
  const before = runDelay()
  const spinning = Array.from({ length: threads }, () => new Worker('for(;;);', { eval: true }))
  const until = performance.now() + 300
  while (performance.now() < until);
  const waited = runDelay() - before
  await Promise.all(spinning.map((worker) => worker.terminate()))
  expect(waited).toBeGreaterThan(20e6)
  expect(waited).toBeLessThan(2e9)
})
