import { setTimeout as sleep } from 'node:timers/promises'
import type { ProcessFamily } from './process-family.ts'
import { commandOf, isAlive, type ProcessIdentity } from './process-tree.ts'

export type EndStep = 'own-signal' | 'terminate' | 'kill'

export interface EndLimits {
  /** The leader's own way to stop; null: begin with TERM to all, or with KILL when `terminateSeconds` is 0. */
  readonly own: { readonly signal: NodeJS.Signals; readonly graceSeconds: number } | null
  /** How long TERM to the group may take; 0 skips it. */
  readonly terminateSeconds: number
  /** How long processes may need to go after KILL (a GPU's memory takes a while to free). */
  readonly killSeconds: number
  /** How long children may outlive their leader before they are told to go. */
  readonly stragglerSeconds: number
}

export interface Ended {
  /** The last step that was needed; null when nothing ran any more. */
  readonly step: EndStep | null
  /** What KILL did not end. */
  readonly remaining: readonly { readonly pid: number; readonly command: string }[]
}

const pollMilliseconds = 40

/** Ends a family: own signal to the leader, TERM to all, KILL to all, each only if the one before left something. */
export async function endFamily(
  family: ProcessFamily,
  limits: EndLimits,
  onStep: (step: EndStep) => void = () => {},
): Promise<Ended> {
  if (family.living().length === 0) return { step: null, remaining: [] }
  let step: EndStep | null = null

  const { own } = limits
  if (own !== null && family.leader !== null && isAlive(family.leader)) {
    step = 'own-signal'
    onStep(step)
    family.signalLeader(own.signal)
    if (await isGone(family, own.graceSeconds, limits.stragglerSeconds)) return { step, remaining: [] }
  }

  if (limits.terminateSeconds > 0) {
    step = 'terminate'
    onStep(step)
    family.signalAll('SIGTERM')
    if (await isGone(family, limits.terminateSeconds, null)) return { step, remaining: [] }
  }

  step = 'kill'
  onStep(step)
  const deadline = performance.now() + limits.killSeconds * 1000
  for (;;) {
    // Again and again: a member may fork between the look and the signal.
    family.signalAll('SIGKILL')
    await sleep(pollMilliseconds)
    const living = family.living()
    if (living.length === 0) return { step, remaining: [] }
    if (performance.now() >= deadline) return { step, remaining: living.map(withCommand) }
  }
}

/** Waits until nothing runs; gives up after `seconds`, or `stragglerSeconds` after the leader is gone. */
async function isGone(family: ProcessFamily, seconds: number, stragglerSeconds: number | null): Promise<boolean> {
  const start = performance.now()
  let deadline = start + seconds * 1000
  let leaderGone = false
  for (;;) {
    if (family.living().length === 0) return true
    if (!leaderGone && stragglerSeconds !== null && family.leader !== null && !isAlive(family.leader)) {
      leaderGone = true
      deadline = Math.min(deadline, performance.now() + stragglerSeconds * 1000)
    }
    if (performance.now() >= deadline) return false
    await sleep(pollMilliseconds)
  }
}

function withCommand({ pid }: ProcessIdentity): { pid: number; command: string } {
  return { pid, command: commandOf(pid) }
}
