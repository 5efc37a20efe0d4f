import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/errors.ts'
import { plottedPointOfAny } from '../src/plots/plotted-point.ts'
import { writePlotsOf } from '../src/plots/write-plots.ts'
import { readStoredResults } from '../src/report/stored-results.ts'

const help = `npm run plot -- [directories] [options]: draws the plots of stored results, the original suite's too

directories         folders of result files; none: every folder of the output directory
--out-dir DIR       where results are and plots go (results)
--help              this text`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'out-dir': { type: 'string', default: 'results' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return console.log(help)
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const outDir = resolve(here, values['out-dir'])
  const { results, problems } = await readStoredResults(
    positionals.map((path) => resolve(here, path)),
    outDir,
  )
  for (const problem of problems) console.error(problem)
  const written = await writePlotsOf(
    results.map(({ result, label }) => plottedPointOfAny(result, label)),
    outDir,
  )
  if (written.length === 0) throw new UserError('nothing to draw: no point has both a throughput and a latency')
  for (const path of written) console.log(path)
}

main().catch((error: unknown) => {
  const slip = error instanceof TypeError && String(Reflect.get(error, 'code')).startsWith('ERR_PARSE_ARGS')
  const line = slip ? error.message.split('. ')[0] : error instanceof UserError ? error.message : null
  console.error(line === null ? error : `plot: ${line}`)
  process.exitCode = slip ? 2 : error instanceof UserError ? error.exitCode : 1
})
