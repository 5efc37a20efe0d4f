import { Worker } from 'node:worker_threads'
import type { Waker } from './timed-sends.ts'

/** Words of the memory that both threads share. */
export const words = { state: 0, passed: 1 } as const
export const states = { waiting: 0, running: 1, stopped: 2 } as const

export interface TimerThreadData {
  readonly control: SharedArrayBuffer
  readonly times: SharedArrayBuffer
  readonly lead: SharedArrayBuffer
}

/** A thread that does nothing but wait for the next time; resolves once it runs, so that starting it later is free. */
export async function startTimerThread(count: number): Promise<Waker> {
  const data: TimerThreadData = {
    control: new SharedArrayBuffer(8),
    times: new SharedArrayBuffer(8 * count),
    lead: new SharedArrayBuffer(8),
  }
  const control = new Int32Array(data.control)
  const worker = new Worker(new URL('./timer-thread-worker.ts', import.meta.url), { workerData: data, execArgv: [] })
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })
  worker.unref()
  return {
    start(monotonic, leadNs, wake) {
      new Float64Array(data.times).set(monotonic)
      new Float64Array(data.lead)[0] = leadNs
      worker.on('message', wake)
      worker.unref()
      Atomics.store(control, words.state, states.running)
      Atomics.notify(control, words.state)
    },
    passed: (next) => void Atomics.store(control, words.passed, next),
    stop() {
      Atomics.store(control, words.state, states.stopped)
      Atomics.notify(control, words.state)
    },
  }
}
