import { globSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readProgress, type RunProgress } from '../../src/run/progress.ts'
import type { Sweep } from '../real-server.ts'
import { complaint, type Point, type RunningSuite, type Suite } from '../suite/suite.ts'
import { must, type CheckContext } from './check.ts'

/** What a sweep of the suite brought. */
export interface Measured {
  readonly points: readonly Point[]
  readonly seconds: number
}

/** Runs the bench against a server that stands; every request must end well. How exact the client was is not its fault. */
export async function sweep({ suite, server }: CheckContext, how: Sweep): Promise<Measured> {
  const words = ['--label', how, '--allow-invalid', ...(how === 'whole' ? ['--no-stream'] : [])]
  const run = await suite.bench([...server.words, ...words]).done
  must(run.code === 0, () => complaint(run))
  const points = await suite.results(how)
  must(points.length > 0, () => `no results: ${complaint(run)}`)
  return { points, seconds: run.seconds }
}

/** False: the run ended before. Runs are told apart by those that were there. */
export async function untilStage(
  suite: Suite,
  run: RunningSuite,
  wanted: (progress: RunProgress) => boolean,
): Promise<boolean> {
  const pattern = join(suite.outDirectory, 'runs', '*', 'progress.json')
  const earlier = new Set(globSync(pattern))
  const over = new AbortController()
  const end = () => over.abort()
  void run.done.then(end, end)
  while (!over.signal.aborted) {
    const file = globSync(pattern).find((path) => !earlier.has(path))
    if (file !== undefined && wanted(readProgress(file))) return true
    await pause(10)
  }
  return false
}
