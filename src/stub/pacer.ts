import { Worker } from 'node:worker_threads'
import { monotonicNs } from './clock.ts'

/** Runs callbacks at absolute times: never early, late by tens of microseconds on an idle core. */
export interface Pacer {
  /** `dueNs` is CLOCK_MONOTONIC in ns; a time in the past runs in a later turn of the loop. */
  at(dueNs: number, run: () => void): Alarm
  close(): Promise<void>
}

export interface Alarm {
  cancel(): void
}

interface Entry {
  readonly due: number
  readonly order: number
  readonly run: () => void
  cancelled: boolean
}

/** The alarm thread wakes the loop this much before the due time; the loop spins through the rest. */
const leadNs = 100_000
/** Share of one core that spinning may take over time, and how much of it may be saved up. */
const spinShare = 0.2
const spinSavingsNs = 20e6

/**
 * Node's own timers are early or late by up to 1.5 ms, so a thread that waits on a futex raises the alarm. The last stretch
 * is spun through without returning to the loop (turns of the loop would make garbage, and collecting it takes longer).
 * Once the share for spinning is used up the loop is woken at the due time itself.
 */
export async function createPacer(): Promise<Pacer> {
  const shared = new SharedArrayBuffer(16)
  const generation = new Int32Array(shared, 0, 1)
  const target = new Float64Array(shared, 8, 1)
  target[0] = Infinity
  const worker = new Worker(new URL('./pacer-thread.ts', import.meta.url), { workerData: shared, execArgv: [] })
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve())
    worker.once('error', reject)
  })
  worker.unref()

  const heap: Entry[] = []
  let order = 0
  let alarmAt = Infinity
  let closed = false
  let firing = false
  let soon = false
  let savings = spinSavingsNs
  let savedAt = monotonicNs()

  function setAlarm(at: number): void {
    if (at === alarmAt) return
    alarmAt = at
    target[0] = at
    Atomics.add(generation, 0, 1)
    Atomics.notify(generation, 0)
  }

  function lead(now: number): number {
    savings = Math.min(spinSavingsNs, savings + (now - savedAt) * spinShare)
    savedAt = now
    return savings >= leadNs ? leadNs : 0
  }

  function settle(): void {
    dropCancelled(heap)
    const next = heap[0]
    if (closed || firing || soon || next === undefined) return
    const now = monotonicNs()
    const early = lead(now)
    if (next.due - now > early) return setAlarm(next.due - early)
    soon = true
    setImmediate(() => {
      soon = false
      fire()
    })
  }

  /** Runs what is due; spins for what is due within the lead. */
  function fire(): void {
    firing = true
    for (;;) {
      dropCancelled(heap)
      const next = heap[0]
      if (closed || next === undefined) break
      const start = monotonicNs()
      if (next.due > start) {
        if (next.due - start > lead(start)) break
        let now = start
        while (now < next.due) now = monotonicNs()
        savings -= now - start
      }
      pop(heap)
      next.run()
    }
    firing = false
    settle()
  }

  worker.on('message', () => {
    alarmAt = Infinity
    fire()
  })

  return {
    at(due, run) {
      const entry: Entry = { due, order: order++, run, cancelled: false }
      push(heap, entry)
      if (heap[0] === entry) settle()
      return {
        cancel() {
          entry.cancelled = true
        },
      }
    },
    async close() {
      closed = true
      heap.length = 0
      await worker.terminate()
    },
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.due < b.due || (a.due === b.due && a.order < b.order)
}

function dropCancelled(heap: Entry[]): void {
  while (heap[0]?.cancelled) pop(heap)
}

function push(heap: Entry[], entry: Entry): void {
  let at = heap.length
  heap.push(entry)
  while (at > 0) {
    const above = (at - 1) >> 1
    const parent = heap[above] as Entry
    if (!before(entry, parent)) break
    heap[at] = parent
    at = above
  }
  heap[at] = entry
}

function pop(heap: Entry[]): void {
  const last = heap.pop()
  if (last === undefined || heap.length === 0) return
  let at = 0
  for (;;) {
    let below = 2 * at + 1
    const left = heap[below]
    if (left === undefined) break
    const right = heap[below + 1]
    let child = left
    if (right !== undefined && before(right, left)) {
      child = right
      below++
    }
    if (!before(child, last)) break
    heap[at] = child
    at = below
  }
  heap[at] = last
}
