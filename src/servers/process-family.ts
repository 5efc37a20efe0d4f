import {
  canSignal,
  hasProc,
  isAlive,
  isRunning,
  listProcesses,
  wasStartedWith,
  type ProcessIdentity,
  type ProcessInfo,
} from './process-tree.ts'

/** Environment variable by which descendants are known wherever they moved. */
export const familyVariable = 'SERVEMARK_FAMILY'

/**
 * A process that leads its own group and session, and all that came from it.
 *
 * Members are: the group and the session, children of members, processes that were members when last looked at,
 * and processes that inherited `SERVEMARK_FAMILY=<id>`. The last two find those that moved to a new session and lost
 * their parent. Pids are compared with start times; a group whose number has passed to others is left alone.
 */
export interface ProcessFamily {
  readonly id: string
  /** Null until known: then only the environment tells who belongs. */
  readonly leader: ProcessIdentity | null
  /** Looks, and returns the members that were not known before. */
  remember(): readonly ProcessIdentity[]
  /** Members that run now; zombies do not. Without /proc: the leader, for as long as its group takes signals. */
  living(): readonly ProcessIdentity[]
  signalLeader(signal: NodeJS.Signals): void
  signalAll(signal: NodeJS.Signals): void
}

/** `known`: members seen by an earlier look, e.g. of another process. */
export function createFamily(
  id: string,
  leader: ProcessIdentity | null,
  known: readonly ProcessIdentity[] = [],
): ProcessFamily {
  const recorded = new Map<number, ProcessIdentity>()
  for (const member of known) recorded.set(member.pid, member)
  if (leader !== null) recorded.set(leader.pid, leader)

  function look(): { members: ProcessInfo[]; fresh: ProcessIdentity[]; ownsGroup: boolean } {
    const found = findMembers(listProcesses(), id, leader, recorded)
    const fresh: ProcessIdentity[] = []
    for (const { pid, startTicks } of found.members) {
      if (recorded.get(pid)?.startTicks === startTicks) continue
      recorded.set(pid, { pid, startTicks })
      fresh.push({ pid, startTicks })
    }
    return { ...found, fresh }
  }

  return {
    id,
    leader,
    remember: () => (hasProc ? look().fresh : []),
    living() {
      if (hasProc) return look().members
      return leader !== null && canSignal(-leader.pid) ? [leader] : []
    },
    signalLeader(signal) {
      if (leader !== null && isAlive(leader)) send(leader.pid, signal)
    },
    signalAll(signal) {
      if (!hasProc) {
        if (leader !== null) send(-leader.pid, signal)
        return
      }
      const { members, ownsGroup } = look()
      if (leader !== null && ownsGroup) send(-leader.pid, signal)
      for (const member of members) {
        if (ownsGroup && member.group === leader?.pid) continue
        if (isAlive(member)) send(member.pid, signal)
      }
    },
  }
}

/** Finds the running members among `processes`. Pure but for the environment of candidates. */
export function findMembers(
  processes: readonly ProcessInfo[],
  id: string,
  leader: ProcessIdentity | null,
  recorded: ReadonlyMap<number, ProcessIdentity>,
  hasMark: (pid: number, entry: string) => boolean = wasStartedWith,
): { members: ProcessInfo[]; ownsGroup: boolean } {
  const mark = `${familyVariable}=${id}`
  const ours = new Map<number, ProcessInfo>()
  // Ourselves and init are never members, whatever the numbers say.
  const candidates = processes.filter((info) => isRunning(info) && info.pid > 1 && info.pid !== process.pid)

  for (const info of candidates) {
    const isKnown = recorded.get(info.pid)?.startTicks === info.startTicks
    const mayDescend = leader?.startTicks == null || info.startTicks >= leader.startTicks
    if (isKnown || (mayDescend && hasMark(info.pid, mark))) ours.set(info.pid, info)
  }

  const ownsGroup = leader !== null && leadsStill(processes, leader, ours)
  if (ownsGroup) {
    for (const info of candidates) {
      if (info.group === leader.pid || info.session === leader.pid) ours.set(info.pid, info)
    }
  }

  for (let grown = true; grown;) {
    grown = false
    for (const info of candidates) {
      if (ours.has(info.pid) || !ours.has(info.parent)) continue
      ours.set(info.pid, info)
      grown = true
    }
  }
  return { members: [...ours.values()], ownsGroup }
}

/**
 * Whether the group number still means the leader's group. A number is not given out again while its process,
 * even as a zombie, or a member of its group or session exists.
 */
function leadsStill(
  processes: readonly ProcessInfo[],
  leader: ProcessIdentity,
  ours: ReadonlyMap<number, ProcessInfo>,
): boolean {
  const holder = processes.find((info) => info.pid === leader.pid)
  if (holder !== undefined) return holder.startTicks === leader.startTicks
  for (const info of ours.values()) {
    if (info.group === leader.pid || info.session === leader.pid) return true
  }
  return false
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code !== 'ESRCH' && code !== 'EPERM') throw error
  }
}
