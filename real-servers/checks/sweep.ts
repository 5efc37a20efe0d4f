import { setTimeout as pause } from 'node:timers/promises'
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { readProgress, type RunProgress } from '../../src/run/progress.ts'
import type { ResultFile } from '../../src/result/schema.ts'
import { lastLines } from '../suite/standing.ts'
import type { RunningSuite, Suite } from '../suite/suite.ts'
import { must, type CheckContext } from './check.ts'
import { scrape, type Samples } from './scrape.ts'
import type { Sweep } from '../real-server.ts'

export type Block = ResultFile['servemark']

/** What a sweep of the suite brought, and what the server counted meanwhile. */
export interface Measured {
  readonly points: readonly Block[]
  readonly counted: { readonly before: Samples; readonly after: Samples } | null
  readonly seconds: number
}

/** Runs the bench against a server that stands; every request must end well. */
export async function sweep(context: CheckContext, how: Sweep): Promise<Measured> {
  const { suite, server, installed } = context
  const words = ['--label', how, ...(how === 'whole' ? ['--no-stream'] : [])]
  const run = suite.bench([...server.words, ...words])
  const url = metricsPath(installed, how)
  const before = url === null ? null : await scrapeBeforeLoad(suite, run, server.root + url)
  const { code, output, seconds } = await run.done
  must(code === 0, () => `npm run bench: exit code ${code}: ${lastLines(output, 6)}`)
  const after = url === null ? null : await scrape(server.root + url)
  const points = await suite.results(how)
  must(points.length > 0, () => `no results: ${lastLines(output)}`)
  return { points, counted: before && after && { before, after }, seconds }
}

/** Once the probe has asked, before the first request of the load. */
async function scrapeBeforeLoad(suite: Suite, run: RunningSuite, url: string): Promise<Samples | null> {
  const reached = await untilStage(suite, run, ({ stage }) => stage === 'preparing')
  return reached ? await scrape(url) : null
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

function metricsPath({ counts, times }: CheckContext['installed'], how: Sweep): string | null {
  const counted = counts[how]
  if (counted?.kind === 'exact' && counted.totals !== null) return counted.totals.path
  return times.kind === 'histograms' ? times.path : null
}
