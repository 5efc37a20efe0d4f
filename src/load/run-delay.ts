import { openSync, readSync } from 'node:fs'

/**
 * How long the calling thread was ready to run and had no core, ever, ns: the second word of Linux's `schedstat`, up to date
 * as soon as the thread runs. A reading takes half a microsecond. Always 0 where the kernel does not tell.
 */
export function runDelay(): number {
  descriptor ??= open('/proc/thread-self/schedstat')
  if (descriptor === none) return 0
  const length = readSync(descriptor, bytes, 0, bytes.length, 0)
  let delay = 0
  for (let at = bytes.indexOf(space) + 1; at < length && bytes[at] !== space; at++) {
    delay = delay * 10 + bytes[at]! - zero
  }
  return delay
}

const space = 0x20
const zero = 0x30
const bytes = Buffer.alloc(96)
const none = -1
/** Of the thread that this module was loaded in: a worker has its own. */
let descriptor: number | null = null

function open(file: string): number {
  try {
    return openSync(file, 'r')
  } catch {
    return none
  }
}
