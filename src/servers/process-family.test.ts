import { describe, expect, test } from 'vitest'
import { findMembers } from './process-family.ts'
import type { ProcessIdentity, ProcessInfo } from './process-tree.ts'

const leader = { pid: 5_000_100, startTicks: 1000 }

function info(pid: number, changes: Partial<ProcessInfo> = {}): ProcessInfo {
  return { pid, parent: 1, group: pid, session: pid, state: 'S', startTicks: 2000, name: 'x', ...changes }
}
const leading = info(leader.pid, { startTicks: leader.startTicks })

function find(
  processes: readonly ProcessInfo[],
  { marked = [], known = [] }: { marked?: number[]; known?: ProcessIdentity[] } = {},
): { pids: number[]; ownsGroup: boolean } {
  const recorded = new Map([leader, ...known].map((identity) => [identity.pid, identity]))
  const found = findMembers(processes, 'id', leader, recorded, (pid) => marked.includes(pid))
  return { pids: found.members.map(({ pid }) => pid).sort((a, b) => a - b), ownsGroup: found.ownsGroup }
}

const inGroup = { group: leader.pid, session: leader.pid }
const [a, b, c] = [5_000_101, 5_000_102, 5_000_103]

describe('members are', () => {
  test('the group, and other groups of the session', () => {
    const others = [info(a, inGroup), info(b, { session: leader.pid }), info(c)]
    expect(find([leading, ...others]).pids).toEqual([leader.pid, a, b])
  })

  test('children of members in sessions of their own, listed in any order', () => {
    expect(
      find([info(c, { parent: b }), info(b, { parent: a }), info(a, { parent: leader.pid }), leading]).pids,
    ).toEqual([leader.pid, a, b, c])
  })

  test('orphans that carry the mark', () => {
    expect(find([leading, info(a), info(b)], { marked: [a] }).pids).toEqual([leader.pid, a])
  })

  test('orphans that were seen before, unless their pid has passed to another', () => {
    const known = [
      { pid: a, startTicks: 2000 },
      { pid: b, startTicks: 1999 },
    ]
    expect(find([leading, info(a), info(b)], { known }).pids).toEqual([leader.pid, a])
  })

  test('no zombies', () => {
    expect(find([leading, info(a, { ...inGroup, state: 'Z' })]).pids).toEqual([leader.pid])
  })

  test('nothing older than the leader by its mark', () => {
    expect(find([leading, info(a, { startTicks: 999 })], { marked: [a] }).pids).toEqual([leader.pid])
  })

  test('never this process', () => {
    expect(find([leading, info(process.pid, inGroup)]).pids).toEqual([leader.pid])
  })
})

describe('the group number', () => {
  test('is the leader’s while it is a zombie', () => {
    const found = find([{ ...leading, state: 'Z' }, info(a, inGroup)])
    expect(found).toEqual({ pids: [a], ownsGroup: true })
  })

  test('is the leader’s while somebody known is in the group', () => {
    const found = find([info(a, inGroup), info(b, inGroup)], { known: [{ pid: a, startTicks: 2000 }] })
    expect(found).toEqual({ pids: [a, b], ownsGroup: true })
  })

  test('is another’s when another process has the pid', () => {
    const found = find([info(leader.pid, { startTicks: 3000 }), info(a, inGroup)])
    expect(found).toEqual({ pids: [], ownsGroup: false })
  })

  test('is nobody’s when none in it is known', () => {
    expect(find([info(a, inGroup)])).toEqual({ pids: [], ownsGroup: false })
  })
})
