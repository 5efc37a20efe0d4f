import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/errors.ts'
import { startLoadProcess } from '../src/load/process/load-process.ts'
import { startCanaryServer } from '../src/run/canary-server.ts'
import { coverageOf, trials, verify, type Trial, type Verified } from '../src/run/error-coverage.ts'
import { startStubProcess } from '../src/stub/stub-process.ts'
import { runScript } from './run-script.ts'

const help = `npm run bench:error -- [options]: whether the error that results state of themselves holds

Measures short points on the stub, which knows the truth: half of them beside a process that takes a core, half in lock
step, 1 to 1024 streams. Reported minus true must lie in the stated interval in 95 of 100, and the intervals must be narrow.
Exit code 1 when not. 100 runs take about 4 minutes; leave the machine alone meanwhile.

  --runs N       points (100)
  --seconds X    length of each (2)
  --only WORDS   of quiet, hog, lock-step, staggered: only points of these kinds
`

const kinds: Readonly<Record<string, (trial: Trial) => boolean>> = {
  quiet: ({ hog }) => !hog,
  hog: ({ hog }) => hog,
  'lock-step': ({ shape }) => shape.lockStep,
  staggered: ({ shape }) => !shape.lockStep,
}

/** `-123` µs */
const micros = (seconds: number) => `${Math.round(seconds * 1e6)}`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100' },
      seconds: { type: 'string', default: '2' },
      only: { type: 'string', multiple: true, default: [] as string[] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return console.log(help)
  const number = (name: 'runs' | 'seconds') => {
    const value = Number(values[name])
    if (!(value > 0)) throw new UserError(`--${name}: ${values[name]} is not allowed; more than 0`, 2)
    return value
  }
  for (const word of values.only) {
    if (!kinds[word]) throw new UserError(`--only: no kind "${word}"; there are ${Object.keys(kinds).join(', ')}`, 2)
  }
  const planned = trials(Math.round(number('runs')), number('seconds')).filter((trial) =>
    values.only.every((word) => kinds[word]?.(trial)),
  )
  const directory = mkdtempSync(join(tmpdir(), 'servemark-error-'))
  const stub = await startStubProcess({ models: [] })
  const canary = await startCanaryServer()
  const load = startLoadProcess({ directory })
  const verified: Verified[] = []
  try {
    // A point has its warm-up, and so has what is measured here.
    await verify({ hog: false, shape: { ...planned[0]!.shape, streams: 16 } }, { stub, canary, load })
    for (const [place, trial] of planned.entries()) {
      const found = await verify(trial, { stub, canary, load })
      verified.push(...found)
      const { streams, lockStep } = trial.shape
      const name = `${streams} ${lockStep ? 'lock-step' : 'staggered'}${trial.hog ? ' hog' : ''}`
      const said = found.flatMap(({ figure, error, low, high }) => {
        const missed = error >= low && error <= high ? '' : ' MISSED'
        if (missed === '' && !/p50$|p99$/.test(figure)) return []
        return [`${figure} ${micros(error)} in ${micros(low)}..${micros(high)}${missed}`]
      })
      console.log(`${String(place + 1).padStart(3)} ${name.padEnd(20)} ${said.join('  ')}`)
    }
  } finally {
    await load.stop()
    await Promise.all([canary.stop(), stub.close()])
    rmSync(directory, { recursive: true, force: true })
  }
  console.log("\nreported minus true, µs; the width's share is of max(1 % of the value, 200 µs, 5 x the error)")
  for (const { figure, trials, covered, width, share } of coverageOf(verified)) {
    const good = covered >= 0.95 * trials && share <= 1
    if (!good) process.exitCode = 1
    const line = `covered ${covered} of ${trials}, median width ${micros(width)} µs, ${share.toPrecision(2)} of what is useful`
    console.log(`${good ? '✓' : '✗'} ${figure.padEnd(16)} ${line}`)
  }
}

runScript('bench:error', main)
