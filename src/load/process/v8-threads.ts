import { readdirSync, readFileSync } from 'node:fs'
import { setPriority } from 'node:os'

/** One tenth of a loop's share where both want the same core: enough to go on beside other programs too. */
const nice = 10

/**
 * Lets V8's helper threads, which compile, yield to the threads that measure: on a machine with few cores they hold a
 * loop up for a whole time slice of some milliseconds. Linux alone gives threads priorities of their own.
 */
export function lowerV8Threads(
  folder = '/proc/self/task',
  lower: (thread: number, nice: number) => void = setPriority,
): void {
  for (const thread of threadsIn(folder)) {
    try {
      if (readFileSync(`${folder}/${thread}/comm`, 'utf8').startsWith('V8Worker')) lower(Number(thread), nice)
    } catch {
      // It has ended meanwhile, or priorities are not ours to set: the canary tells what that costs.
    }
  }
}

function threadsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
