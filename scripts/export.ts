import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/errors.ts'
import type { ExportedPoint } from '../src/report/exports/export-format.ts'
import { exportedRequests } from '../src/report/exports/exported-request.ts'
import { exportFormats, type ExportFormatId } from '../src/report/exports/index.ts'
import { writeSealed } from '../src/result/sealed-file.ts'
import { plotWords } from './plot-words.ts'
import { readDirectories, tokenCounters } from './read-points.ts'
import { runScript } from './run-script.ts'

const width = Math.max(...Object.keys(exportFormats).map((id) => id.length))
const help = `npm run export -- --format FORMAT [directories] [options]: stored results in other shapes, the original suite's too

formats
${Object.values(exportFormats)
  .map((format) => `  ${format.id.padEnd(width)}  ${format.about}`)
  .join('\n')}

directories        folders of result files, or folders of such folders; none: results/
--out-dir DIR      writes there; without it a format of one text file goes to the standard output, others to results/exports/<format>/
--out FILE         the one file of a format, under this name
--tokenizer NAME   counts tokens with this one; else the counts of the files, or each model's own`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: plotWords(process.argv.slice(2), new Set(['data-dirs'])),
    allowPositionals: true,
    options: {
      format: { type: 'string' },
      'data-dirs': { type: 'string', multiple: true },
      'out-dir': { type: 'string' },
      out: { type: 'string' },
      tokenizer: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return console.log(help)
  const format = formatOf(values.format)
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const given = [...positionals, ...(values['data-dirs'] ?? [])].map((path) => resolve(here, path))
  const { directories, problems } = await readDirectories(given.length > 0 ? given : [resolve(here, 'results')])
  const counters = await tokenCounters(values.tokenizer ?? null)
  const points: ExportedPoint[] = []
  for (const { label: directory, results } of directories) {
    for (const result of results) {
      const count = format.countsTokens ? await counters.of(result) : null
      const name = basename(result.path, '.json')
      points.push({ directory, name, result, requests: exportedRequests(result, count), count })
    }
  }
  for (const problem of [...problems, ...counters.problems]) console.error(problem)
  const bad = points.filter(
    ({ result }) => result.kind === 'servemark' && result.file.servemark.verdict.status === 'invalid',
  )
  for (const { directory, name } of bad)
    console.error(`${directory}/${name}: the verdict is invalid; do not use its numbers`)

  const files = await format.write({ points, problems, directories: directories.map(({ label }) => label) })
  const [first] = files
  const alone = files.length === 1 && first !== undefined
  if (values.out !== undefined) {
    if (!alone) throw new UserError(`--out: ${format.id} has ${files.length} files; name a folder with --out-dir`, 2)
    const path = resolve(here, values.out)
    await writeSealed(path, first.content)
    return console.log(path)
  }
  if (alone && values['out-dir'] === undefined && typeof first.content === 'string') {
    process.stdout.write(first.content)
    return
  }
  const folder = resolve(here, values['out-dir'] ?? join('results', 'exports', format.id))
  for (const { name, content } of files) {
    await writeSealed(join(folder, name), content)
    console.log(join(folder, name))
  }
}

function formatOf(name: string | undefined) {
  const known = Object.keys(exportFormats).join(', ')
  if (name === undefined) throw new UserError(`name a format: --format ${known.replaceAll(', ', ' | ')}`, 2)
  if (!Object.hasOwn(exportFormats, name)) throw new UserError(`--format ${name} is not known; known: ${known}`, 2)
  return exportFormats[name as ExportFormatId]
}

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', () => process.exit(0))

runScript('export', main)
