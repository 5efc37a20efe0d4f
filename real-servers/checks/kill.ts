import { setTimeout as pause } from 'node:timers/promises'
import type { Installed } from '../real-server.ts'
import { mustBeGone, startServer } from '../suite/standing.ts'
import { complaint, type RunningSuite, type Suite } from '../suite/suite.ts'
import { createFamily, type ProcessFamily } from '../../src/servers/process-family.ts'
import { isAlive, listProcesses, wasStartedWith } from '../../src/servers/process-tree.ts'
import { CheckFailed, must } from './check.ts'
import { untilStage } from './sweep.ts'

const requests = 40
const words = ['--label', 'killed', '--requests', String(requests), '--allow-invalid']
const goneSeconds = 15

/** `kill -9` of a server in the middle of a point: one clear line, exit code 1, nothing left. */
export async function checkKill(
  installed: Installed,
  suite: Suite,
  marker: string,
  signal: AbortSignal,
): Promise<string> {
  const how = installed.sweeps.includes('streamed') ? [] : ['--no-stream']
  if (installed.start.by === 'suite') {
    const run = suite.bench([...words, ...how])
    const text = await killUnder(installed, suite, run, () => familyOf(marker))
    const left = familyOf(marker)
    if (left !== null) await untilGone(left)
    return text
  }
  const server = await startServer(installed, suite, signal)
  try {
    const run = suite.bench([...server.words, ...words, ...how])
    return await killUnder(installed, suite, run, () => server.family)
  } finally {
    await server.stop()
  }
}

async function killUnder(
  installed: Installed,
  suite: Suite,
  run: RunningSuite,
  find: () => ProcessFamily | null,
): Promise<string> {
  const reached = await untilStage(suite, run, (progress) => progress.stage === 'measuring' && progress.load.done > 3)
  const family = find()
  if (!reached || family?.leader == null) throw new CheckFailed(complaint(await run.done))
  family.remember()
  const victims = family.living().length
  // What the suite started it must end as well, when only the leader is gone.
  process.kill(installed.start.by === 'suite' ? family.leader.pid : -family.leader.pid, 'SIGKILL')
  const ended = await run.done
  const { code, output } = ended
  must(code === 1, () => `not exit code 1: ${complaint(ended)}`)
  const said = output.split('\n').filter((line) => installed.killed.test(line))
  must(said.length > 0, () => `no line says what happened: ${complaint(ended)}`)
  must(!/^\s+at .*:\d+:\d+/m.test(output), () => `a stack trace instead of a line: ${complaint(ended)}`)
  await untilGone(family)
  const others = await othersMeasured(installed, suite)
  return `"${(said[0] ?? '').trim().slice(0, 90)}", exit code 1, ${victims === 1 ? 'its process is' : `its ${victims} processes are`} gone${others}`
}

/** What the suite starts anew must be measured to its end. */
async function othersMeasured(installed: Installed, suite: Suite): Promise<string> {
  if (installed.start.by !== 'suite') return ''
  const points = await suite.results('killed')
  const whole = points.filter(({ outcomes }) => outcomes.ok === requests)
  must(whole.length > 0, () => 'no other point was measured on a server started again')
  return `; started again, ${whole.length} other point with ${requests} of ${requests} ok`
}

async function untilGone(family: ProcessFamily): Promise<void> {
  const deadline = performance.now() + goneSeconds * 1000
  while (family.living().length > 0 && performance.now() < deadline) await pause(50)
  await mustBeGone(family, null)
}

/** The processes that a launch of the suite started, by a variable of the bench file. Null: none yet. */
function familyOf(marker: string): ProcessFamily | null {
  const [leader] = listProcesses()
    .filter((each) => isAlive(each) && wasStartedWith(each.pid, marker))
    .sort((a, b) => a.startTicks - b.startTicks)
  return leader === undefined ? null : createFamily('', { pid: leader.pid, startTicks: leader.startTicks })
}
