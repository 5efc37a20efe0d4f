import { parentPort, workerData } from 'node:worker_threads'
import { monotonicNs } from './clock.ts'

const shared = workerData as SharedArrayBuffer
const generation = new Int32Array(shared, 0, 1)
const target = new Float64Array(shared, 8, 1)

parentPort?.postMessage('ready', [])

for (;;) {
  const seen = Atomics.load(generation, 0)
  const due = target[0] ?? Infinity
  const waitMs = Math.max(0, (due - monotonicNs()) / 1e6)
  if (Atomics.wait(generation, 0, seen, waitMs) !== 'timed-out') continue
  parentPort?.postMessage('due', [])
  Atomics.wait(generation, 0, seen)
}
