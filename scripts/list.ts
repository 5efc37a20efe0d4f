import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { selectNames } from '../fixtures/select-names.ts'
import { findBenchFiles } from '../fixtures/projects.ts'
import { readCommandLine } from '../fixtures/command-line.ts'
import { backends } from '../src/backends/index.ts'
import { exitOnUserError, UserError } from '../src/errors.ts'
import { closest } from '../src/plan/closest.ts'
import { describePlan } from '../src/plan/describe-plan.ts'
import { loadBench } from '../src/plan/load-bench.ts'
import { resultName, resultPaths } from '../src/result/names.ts'
import { readResult } from '../src/result/read-result.ts'
import { namedPoint } from '../src/run/named-point.ts'
import { sortWords } from './sort-words.ts'

/** Projects, configurations and points, and which are already measured. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', () => process.exit(0))

const help = `npm run list -- [--project NAME] [options]: projects, command lines of their servers, points, and what is measured

--project NAME   only this one; a pattern such as 'llama-*', or '!llama-70b', too
--out-dir DIR    where the results are (results)
--benches DIR    folder of the bench files (benches)
--help           this text
Options of npm run bench change the plan that is shown.`

await exitOnUserError(async () => {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) return console.log(help)
  const { vitest, suite } = sortWords(process.argv.slice(2))
  const { flags, run } = readCommandLine(['', '', '--', ...suite])
  const files = findBenchFiles(root, run.benches)
  const wanted = vitest.filter((word, index) => vitest[index - 1] === '--project' || !word.startsWith('-'))
  const outDirectory = resolve(process.env['INIT_CWD'] ?? root, run.outDir)
  const names = files.map((file) => file.name)
  const chosen = selectNames(wanted, names)
  if (chosen.length === 0) {
    const near = closest(wanted[0] ?? '', names)
    const hint = near === null ? '' : `did you mean "${near}"? `
    throw new UserError(`no project "${wanted.join(' ')}"; ${hint}known: ${names.join(', ')}`, 2)
  }
  // A file that is wrong hides no other.
  const wrong = new Set<string>()
  const leaveOut = (error: unknown): void => {
    if (!(error instanceof UserError)) throw error
    if (!wrong.has(error.message)) process.stderr.write(`${error.message}\n`)
    wrong.add(error.message)
    process.exitCode = error.exitCode
  }
  for (const name of chosen) {
    const file = files.find((each) => each.name === name)
    if (!file) continue
    const bench = await loadBench(file.name, file.path, file.path, flags.bench, backends).catch(leaveOut)
    if (!bench) continue
    const measured = new Map<string, string>()
    for (const configuration of bench.configurations) {
      for (const point of configuration.points) {
        if (configuration.model === null) continue
        const name = resultName(namedPoint(configuration, point, null))
        const result = await readResult(resultPaths(outDirectory, configuration.resultLabel, name).json).catch(
          () => null,
        )
        if (result)
          measured.set(
            `${configuration.label} ${point.label}`,
            `measured ${result.time.slice(0, 16)}, ${result.servemark.verdict.status}`,
          )
      }
    }
    const lines = await describePlan(
      bench,
      backends,
      (configuration, point) => measured.get(`${configuration.label} ${point.label}`) ?? '',
    ).catch((error: unknown) =>
      leaveOut(error instanceof UserError ? new UserError(`${name}: ${error.message}`, error.exitCode) : error),
    )
    if (!lines) continue
    process.stdout.write(`${lines.join('\n')}\n`)
  }
})
