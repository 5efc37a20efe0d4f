import { dirname, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/errors.ts'
import { writePlots } from '../src/plots/write-plots.ts'
import { compareResults } from '../src/metrics/comparison/compare.ts'
import type { Objectives } from '../src/metrics/objectives.ts'
import { parseFlags } from '../src/plan/flags.ts'
import { objectivesSchema } from '../src/plan/options/criteria.ts'
import { deriveAgain, lacksMetrics } from '../src/report/derive-again.ts'
import type { ResultFile } from '../src/result/schema.ts'
import { comparisonLines, comparisonMarkdown } from '../src/report/comparison-text.ts'
import { writeReport } from '../src/report/html.ts'
import { plural } from '../src/report/format.ts'
import { bestLines, bestMarkdown } from '../src/report/best-text.ts'
import { whyNotOriginals } from '../src/report/baseline.ts'
import { markdownTable } from '../src/report/markdown.ts'
import { overRunsTitle, runLines } from '../src/report/runs-text.ts'
import { readStoredResults, runFacts } from '../src/report/stored-results.ts'
import { runScript } from './run-script.ts'

const help = `npm run report -- [directories] [options]: writes report.html and the plots of stored results again

directories         folders of result files; none: every folder of the output directory;
                    two: also what changed from the first to the second, in the page too
--out-dir DIR       where results are and the report goes (results)
--markdown          print a Markdown table instead (of the changes, with two folders), write nothing
--allow-invalid     compare invalid points too
--objective 'ttft<0.5'  goodput by other objectives than the run's; several may be given
--help              this text`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'out-dir': { type: 'string', default: 'results' },
      markdown: { type: 'boolean', default: false },
      'allow-invalid': { type: 'boolean', default: false },
      objective: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return console.log(help)
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const outDir = resolve(here, values['out-dir'])
  const stored = await readStoredResults(
    positionals.map((path) => resolve(here, path)),
    outDir,
  )
  for (const problem of stored.problems) console.error(problem)
  const own = stored.results.flatMap(({ result }) => (result.kind === 'servemark' ? [result] : []))
  const objectives = values.objective.length > 0 ? objectivesOf(values.objective) : undefined
  const derived = await Promise.all(own.map((result) => current(result, objectives)))
  const results = derived.map(({ file }) => file)
  const left = stored.results.length - results.length
  const [before, after] = positionals
  const compares = before !== undefined && after !== undefined && positionals.length === 2
  const originals = [...new Set(compares ? positionals : [])].filter((folder) => {
    const there = stored.results.filter(({ result }) => dirname(result.path) === resolve(here, folder))
    return there.length > 0 && there.every(({ result }) => result.kind === 'original')
  })
  for (const folder of originals) console.error(whyNotOriginals(folder))
  if (left > 0 && originals.length === 0) {
    console.error(`${plural(left, 'file')} of the original suite left out: npm run plot draws them`)
  }
  if (results.length === 0) process.exitCode = 1
  if (results.length === 0 && left > 0) return
  const inFolder = (folder: string) =>
    derived.filter(({ path }) => dirname(path) === resolve(here, folder)).map(({ file }) => file)
  const comparison =
    compares && originals.length === 0
      ? compareResults(inFolder(before), inFolder(after), { allowInvalid: values['allow-invalid'] })
      : null
  const folders = new Map(derived.map(({ path, file }) => [file, dirname(path)]))
  const folderOf = (result: ResultFile) => folders.get(result) ?? null
  if (values.markdown) {
    const best = bestMarkdown(results, folderOf)
    const parts = comparison ? [comparisonMarkdown(comparison, before ?? '')] : [markdownTable(results), best]
    return console.log(parts.filter((part) => part !== '').join('\n\n'))
  }
  const best = comparison ? [] : bestLines(results, folderOf)
  if (best.length > 0) console.log(best.join('\n'))
  const runs = runLines(results)
  if (runs.length > 0) console.log([overRunsTitle, ...runs].join('\n'))
  if (comparison) for (const line of comparisonLines(comparison, before ?? '')) console.log(line)
  for (const path of await writePlots(results, outDir)) console.log(path)
  const facts = await runFacts(results, outDir, folderOf)
  const compared = comparison && { before: before ?? '', after: after ?? '', comparison }
  console.log(await writeReport(results, { ...facts, compared, folderOf, outDirectory: outDir }))
}

/** The result with every metric there is: derived again where its file lacks some, or other objectives are asked for. */
async function current(
  { path, file }: { readonly path: string; readonly file: ResultFile },
  objectives: Objectives | undefined,
): Promise<{ readonly path: string; readonly file: ResultFile }> {
  if (objectives === undefined && !lacksMetrics(file)) return { path, file }
  try {
    return { path, file: await deriveAgain(path, objectives) }
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    console.error(`${error.message}; its figures are those of its run`)
    return { path, file }
  }
}

function objectivesOf(words: readonly string[]): Objectives {
  return objectivesSchema.parse(parseFlags(['--objective', ...words]).bench['objectives'])
}

runScript('report', main)
