import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { selectNames } from '../fixtures/select-names.ts'
import { findBenchFiles } from '../fixtures/projects.ts'
import { readCommandLine } from '../fixtures/command-line.ts'
import { backends } from '../src/backends/index.ts'
import { exitOnUserError, UserError } from '../src/errors.ts'
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

await exitOnUserError(async () => {
  const { vitest, suite } = sortWords(process.argv.slice(2))
  const { flags, run } = readCommandLine(['', '', '--', ...suite])
  const files = findBenchFiles(root, run.benches)
  const wanted = vitest.filter((word, index) => vitest[index - 1] === '--project' || !word.startsWith('-'))
  const outDirectory = resolve(process.env['INIT_CWD'] ?? root, run.outDir)
  const names = files.map((file) => file.name)
  const chosen = selectNames(wanted, names)
  if (chosen.length === 0) throw new UserError(`no project "${wanted.join(' ')}"; known: ${names.join(', ')}`, 2)
  for (const name of chosen) {
    const file = files.find((each) => each.name === name)
    if (!file) continue
    const bench = await loadBench(file.name, file.path, file.path, flags.bench, backends)
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
    )
    process.stdout.write(`${lines.join('\n')}\n`)
  }
})
