import { createFamily, type ProcessFamily } from './process-family.ts'
import type { ProcessIdentity } from './process-tree.ts'

/** What the sentinel is told, one line each; every word is free of blanks. */
export const guardLines = {
  guard: (id: string, graceSeconds: number) => `guard ${id} ${graceSeconds}`,
  leader: (id: string, { pid, startTicks }: ProcessIdentity) => `leader ${id} ${pid} ${startTicks ?? '-'}`,
  member: (id: string, { pid, startTicks }: ProcessIdentity) => `member ${id} ${pid} ${startTicks ?? '-'}`,
  release: (id: string) => `release ${id}`,
  close: () => 'close',
}

export interface GuardedFamily {
  readonly family: ProcessFamily
  readonly graceSeconds: number
}

/** The families that the lines leave guarded. */
export function readGuardLines(text: string): GuardedFamily[] {
  const entries = new Map<string, { grace: number; leader: ProcessIdentity | null; members: ProcessIdentity[] }>()
  for (const line of text.split('\n')) {
    const [verb, id = '', first, second] = line.split(' ')
    const entry = entries.get(id)
    const identity = { pid: Number(first), startTicks: second === '-' ? null : Number(second) }
    if (verb === 'guard') entries.set(id, { grace: Number(first), leader: null, members: [] })
    else if (verb === 'leader' && entry !== undefined) entry.leader = identity
    else if (verb === 'member') entry?.members.push(identity)
    else if (verb === 'release') entries.delete(id)
  }
  return Array.from(entries, ([id, { grace, leader, members }]) => ({
    family: createFamily(id, leader, members),
    graceSeconds: grace,
  }))
}
