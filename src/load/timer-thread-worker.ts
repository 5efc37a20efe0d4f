import { parentPort, workerData } from 'node:worker_threads'
import { states, words, type TimerThreadData } from './timer-thread.ts'

const data = workerData as TimerThreadData
const control = new Int32Array(data.control)
const times = new Float64Array(data.times)

parentPort?.postMessage(0, [])
Atomics.wait(control, words.state, states.waiting)
const lead = new Float64Array(data.lead)[0] ?? 0

let next = 0
while (Atomics.load(control, words.state) === states.running) {
  next = Math.max(next, Atomics.load(control, words.passed))
  const time = times[next]
  if (time === undefined) break
  const milliseconds = (time - lead - Number(process.hrtime.bigint())) / 1e6
  if (milliseconds > 0 && Atomics.wait(control, words.state, states.running, milliseconds) !== 'timed-out') continue
  parentPort?.postMessage(0, [])
  next++
}
