import {
  classicFirstTokenLatency,
  classicLatency,
  classicThroughput,
  classicTokenGenLatency,
  classicTokensPerSec,
  type ClassicValue,
} from '../../metrics/classic/formulas.ts'
import { groupTuple } from '../../plots/classic-names.ts'
import { compareDirectories, missingTables } from '../../plots/comparison.ts'
import { plots } from '../../plots/index.ts'
import { noConfig, type PlotConfig } from '../../plots/plot-config.ts'
import { readPlotConfig } from '../../plots/read-plot-config.ts'
import type { Plot, PlotSettings, PlottedPoint } from '../../plots/plot.ts'
import { plottedPointOfAny } from '../../plots/plotted-point.ts'
import { defaultSettings } from '../../plots/settings.ts'
import { lightTheme } from '../../plots/theme.ts'
import { backendLooks } from '../../plots/write-plots.ts'
import { dirname } from 'node:path'
import type { ExportedPoint, ExportFormat, ExportInput } from './export-format.ts'

/**
 * Every metric of every file and the data of every plot: points, fits, groups, warnings. `files`, `groups` and the five plots by
 * the original's names are as the original computes them; `plots` holds what was measured, as the suite draws it.
 */
export const json: ExportFormat = {
  id: 'json',
  about: 'every metric of every file, and the data of every plot',
  countsTokens: true,
  async write(input) {
    return [{ name: 'servemark.json', content: `${JSON.stringify(await everything(input))}\n` }]
  },
}

async function everything({ points: exported, problems, directories }: ExportInput) {
  const warnings: string[] = []
  const configs: Record<string, PlotConfig> = {}
  const points: PlottedPoint[] = []
  for (const { result, directory, count } of exported) {
    const point = plottedPointOfAny(result, directory, count)
    points.push(point)
    if (configs[point.curve] !== undefined) continue
    const read = await readPlotConfig(dirname(result.path))
    configs[point.curve] = read.config ?? noConfig
    warnings.push(...read.problems)
  }
  const compared = compareDirectories(points)
  warnings.push(...missingTables(compared).filter((line) => line !== ''))
  const settings: PlotSettings = {
    ...defaultSettings,
    configs,
    mostTimelines: Infinity,
    tell: (line) => warnings.push(line),
  }
  const figures = (plot: Plot, look: PlotSettings['look'], of: readonly PlottedPoint[]) =>
    plot
      .draw(
        { points: of, theme: lightTheme, looks: backendLooks },
        { ...settings, look, tell: look === 'classic' ? () => {} : settings.tell },
      )
      .map(({ group: stem, title, data }) => ({ stem, title, ...data }))
  const classic = (plot: Plot, of = compared.points) => ({ figures: figures(plot, 'classic', of) })
  const measured = Object.values(plots).map((plot) => [plot.id, { figures: figures(plot, 'honest', points) }])
  return {
    format: 'servemark',
    schema_version: 1,
    problems,
    files: Object.fromEntries(
      exported.map((point, i) => [`${point.directory}/${point.name}.json`, fileOf(point, points[i])]),
    ),
    groups: {
      directories,
      plotted: compared.plotted.map(groupTuple),
      warned: Object.fromEntries(
        Object.entries(compared.missing).map(([directory, groups]) => [directory, groups.map(groupTuple)]),
      ),
    },
    throughput_latency: classic(plots['th-lat']),
    effective_throughput: [
      { sla_prompt: settings.promptRate, ema_span: 16, ...classic(plots['effective-throughput']) },
    ],
    latency_percentiles: [classic(plots['latency-percentile'])],
    replica_scaling: classic(plots['repl-scale'], points),
    tp_sizes: byDirectory(figures(plots['tp-sizes'], 'classic', points)),
    plots: Object.fromEntries(measured),
    warnings,
  }
}

function byDirectory(figures: readonly Readonly<Record<string, unknown>>[]) {
  return [...Map.groupBy(figures, (figure) => String(figure['directory']))].map(([directory, own]) => ({
    directory,
    backend: own[0]?.['backend'],
    figures: own,
  }))
}

/** The original's numbers of a file under their names, and every metric of a file of ours. */
function fileOf({ result, requests }: ExportedPoint, point: PlottedPoint | undefined) {
  const classic = point?.classic ?? null
  const notes: Record<string, string> = {}
  const number = (name: string, found: ClassicValue) => {
    if (found.value === null) notes[name] = found.note
    return found.value
  }
  const own = result.kind === 'servemark' ? result.file.servemark : null
  const about = {
    generation: point?.generation ?? 'servemark',
    group: classic && groupTuple(classic.group),
    clients: result.point.clients,
    requests: result.file.response_details.length,
    ...(result.kind === 'original' && result.errorAnswers > 0 && { error_answers: result.errorAnswers }),
  }
  const answers = classic?.requests ?? []
  return {
    ...about,
    throughput: number('throughput', classicThroughput(answers, classic?.clients ?? 0)),
    latency: number('latency', classicLatency(answers)),
    token_gen_latency: number('token_gen_latency', classicTokenGenLatency(answers)),
    first_token_latency: number('first_token_latency', classicFirstTokenLatency(answers)),
    tokens_per_sec: number('tokens_per_sec', classicTokensPerSec(answers, point?.generation ?? 2)),
    tokens_per_sec_g1: classicTokensPerSec(answers, 1).value,
    tokens_per_sec_g2: classicTokensPerSec(answers, 2).value,
    prompt_tokens: answers.map((request) => request.promptTokens),
    text_tokens: answers.map((request) => request.generatedTokens),
    notes,
    measured: {
      requests_per_second: point?.requestsPerSecond ?? null,
      mean_latency_s: point?.meanLatencySeconds ?? null,
      requests: requests.length,
    },
    metrics: own?.metrics ?? null,
    outcomes: own?.outcomes ?? null,
    verdict: own?.verdict ?? null,
    thresholds: own?.thresholds ?? null,
  }
}
