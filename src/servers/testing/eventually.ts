import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessIdentity } from '../process-tree.ts'
import { identityOf } from '../process-tree.ts'

/** Asks until the answer is neither null, undefined nor false; rejects after `seconds`, saying what it waited for. */
export async function eventually<T>(
  what: string,
  ask: () => T | null | undefined | false,
  seconds = 15,
): Promise<NonNullable<T>> {
  const deadline = performance.now() + seconds * 1000
  for (;;) {
    const answer = ask()
    if (answer !== null && answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`waited ${seconds} s in vain: ${what}`)
    await sleep(20)
  }
}

/** The process whose pid a test server wrote to the file. */
export function processIn(file: string): Promise<ProcessIdentity> {
  return eventually(`a pid in ${file}`, () => {
    const pid = Number(readFileSync(file, 'utf8'))
    return pid > 0 && identityOf(pid)
  })
}
