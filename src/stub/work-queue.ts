import { monotonicNs } from './clock.ts'

/** Work that can wait: done in slices between reads, so that requests of one burst get their receive times at once. */
export interface WorkQueue {
  add(task: () => void): void
}

const sliceNs = 200_000

export function createWorkQueue(): WorkQueue {
  const tasks: (() => void)[] = []
  let scheduled = false

  function drain(): void {
    const start = monotonicNs()
    scheduled = false
    do tasks.shift()?.()
    while (tasks.length > 0 && monotonicNs() - start < sliceNs)
    if (tasks.length > 0) schedule()
  }

  function schedule(): void {
    if (scheduled) return
    scheduled = true
    setImmediate(drain)
  }

  return {
    add(task) {
      tasks.push(task)
      schedule()
    },
  }
}
