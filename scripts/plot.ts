import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { UserError } from '../src/errors.ts'
import { compareDirectories, missingTables } from '../src/plots/comparison.ts'
import { plots, type PlotId } from '../src/plots/index.ts'
import type { PlotConfig } from '../src/plots/plot-config.ts'
import { readPlotConfig } from '../src/plots/read-plot-config.ts'
import type { PlotSettings, PlottedPoint } from '../src/plots/plot.ts'
import { plottedPointOfAny } from '../src/plots/plotted-point.ts'
import { defaultSettings } from '../src/plots/settings.ts'
import { writePlot } from '../src/plots/write-plots.ts'
import { plotWords } from './plot-words.ts'
import { logDirectories, readDirectories, tokenCounters } from './read-points.ts'
import { runScript } from './run-script.ts'

const width = Math.max(...Object.keys(plots).map((id) => id.length))
const help = `npm run plot -- [plot] [directories] [options]: draws stored results, the original suite's too

plots (none: all that the results allow, into <out dir>/plots/)
${Object.values(plots)
  .map((plot) => `  ${plot.id.padEnd(width)}  ${plot.about}`)
  .join('\n')}

what to draw
  directories, --data-dirs DIR...  folders of result files, one curve each (or folders of such folders)
  --log-dir DIR --backend NAME...  the original's way: DIR/NAME or DIR_NAME
  neither                          every folder of results/ (or of --out-dir, without a plot's name)
  --model-name NAME                the model's name in titles
how
  --out-dir DIR          where the figures of the named plot go (results/plots/<plot>)
  --classic              the original's own look: its formulas, fits, labels and colours
  --tokenizer NAME       counts tokens with this one (alias --model); else the counts of the files, or each model's own
  --sla-prompt-tokens-per-sec 512, --sla-gen-tokens-per-sec 1 2 3 4 6 8    deadlines of effective-throughput
  --skip-head-token-num 1, --skip-request-num 1                            left out of latency-percentile
  --clients-per-replica N                                                  one load of repl-scale
A directory may hold plot_config.yaml: label, color, marker, linestyle, polyfit_degree, x_max, y_max.
Options are taken with underscores, too.`

const lists = new Set(['data-dirs', 'backend', 'sla-gen-tokens-per-sec'])
const text = { type: 'string' } as const
const texts = { type: 'string', multiple: true } as const

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    args: plotWords(process.argv.slice(2), lists),
    allowPositionals: true,
    options: {
      'data-dirs': texts,
      'log-dir': text,
      backend: texts,
      'model-name': text,
      'out-dir': text,
      classic: { type: 'boolean', default: false },
      tokenizer: text,
      model: text,
      'sla-prompt-tokens-per-sec': text,
      'sla-gen-tokens-per-sec': texts,
      'ema-span': text,
      'skip-head-token-num': text,
      'skip-request-num': text,
      'clients-per-replica': text,
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) return console.log(help)
  const here = process.env['INIT_CWD'] ?? process.cwd()
  const [first = ''] = positionals
  const named = Object.hasOwn(plots, first) ? (first as PlotId) : null
  const given = [...positionals.slice(named === null ? 0 : 1), ...(values['data-dirs'] ?? [])].map((path) =>
    resolve(here, path),
  )
  if (named === null && given.length > 0 && /^[a-z-]+$/.test(first) && !existsSync(given[0] ?? '')) {
    throw new UserError(`"${first}" is neither a plot nor a folder; plots: ${Object.keys(plots).join(', ')}`, 2)
  }
  const logDir = resolve(here, values['log-dir'] ?? 'results')
  const backends = values.backend ?? []
  const results = resolve(here, named === null ? (values['out-dir'] ?? 'results') : 'results')
  const asOriginal = values['log-dir'] !== undefined || backends.length > 0
  const paths = [...given, ...(asOriginal ? logDirectories(logDir, backends) : [])]
  const chosen = named === null ? Object.values(plots) : [plots[named]]
  const { points, configs } = await readPoints(paths.length === 0 ? [results] : paths, {
    tokenizer: values.tokenizer ?? values.model ?? null,
    countTokens: chosen.some((plot) => plot.countsTokens),
    modelName: values['model-name'] ?? null,
  })
  const compare = named !== null && paths.length > 1 && plots[named].comparesDirectories
  const comparison = compareDirectories(points)
  if (compare) for (const line of missingTables(comparison)) console.error(line)
  const settings = settingsOf(values, configs)
  const drawn = compare ? comparison.points : points
  const written: string[] = []
  for (const plot of chosen) {
    const directory =
      named !== null && values['out-dir'] !== undefined
        ? resolve(here, values['out-dir'])
        : join(results, 'plots', plot.directory)
    written.push(...(await writePlot(plot, drawn, directory, settings)))
  }
  for (const path of written) console.log(path)
  if (written.length > 0) return
  const why =
    drawn.length === 0 ? 'no group of points is in every directory compared' : 'no point has what the plot needs'
  throw new UserError(`nothing to draw: ${why}`)
}

async function readPoints(
  paths: readonly string[],
  options: { readonly tokenizer: string | null; readonly countTokens: boolean; readonly modelName: string | null },
): Promise<{ points: PlottedPoint[]; configs: Record<string, PlotConfig> }> {
  const { directories, problems } = await readDirectories(paths)
  const counters = await tokenCounters(options.tokenizer)
  const points: PlottedPoint[] = []
  const configs: Record<string, PlotConfig> = {}
  for (const { path, label, results } of directories) {
    const read = await readPlotConfig(path)
    problems.push(...read.problems)
    for (const result of results) {
      const point = plottedPointOfAny(result, label, options.countTokens ? await counters.of(result) : null)
      const { modelName } = options
      points.push(modelName === null ? point : withModel(point, modelName))
      configs[point.curve] = read.config
    }
  }
  for (const problem of [...problems, ...counters.problems]) console.error(problem)
  return { points, configs }
}

function withModel(point: PlottedPoint, model: string): PlottedPoint {
  const classic = point.classic && {
    ...point.classic,
    group: { ...point.classic.group, model: model.replaceAll('/', '_') },
  }
  return { ...point, group: { ...point.group, model }, classic }
}

function settingsOf(
  values: { readonly [option: string]: string | boolean | string[] | undefined },
  configs: Readonly<Record<string, PlotConfig>>,
): PlotSettings {
  const number = (option: string, least: number): number | null => {
    const value = values[option]
    return typeof value === 'string' ? parseNumber(option, value, least) : null
  }
  const rates = values['sla-gen-tokens-per-sec']
  const [head, requests] = [number('skip-head-token-num', 0), number('skip-request-num', 0)]
  const span = number('ema-span', 1)
  if (span !== null && span !== 16) throw new UserError('--ema-span: only 16 is there, as the name "ema16" says', 2)
  return {
    ...defaultSettings,
    look: values['classic'] === true ? 'classic' : 'honest',
    configs,
    promptRate: number('sla-prompt-tokens-per-sec', 1) ?? defaultSettings.promptRate,
    generationRates: Array.isArray(rates)
      ? rates.map((rate) => parseNumber('sla-gen-tokens-per-sec', rate, 0.001))
      : defaultSettings.generationRates,
    skipped: head === null && requests === null ? null : { headTokens: head ?? 1, requests: requests ?? 1 },
    clientsPerReplica: number('clients-per-replica', 0),
    tell: (line) => console.error(line),
  }
}

function parseNumber(option: string, value: string, least: number): number {
  const parsed = Number(value)
  if (value.trim() !== '' && Number.isFinite(parsed) && parsed >= least) return parsed
  throw new UserError(`--${option} ${value}: not a number of at least ${least}`, 2)
}

runScript('plot', main)
