import { differences } from '../metrics/classic/differences.ts'
import { assumedSpread, runsForSpread } from '../metrics/comparison/change.ts'
import { usualMargin } from '../metrics/comparison/compare.ts'
import { figures } from '../metrics/comparison/figures.ts'
import { metrics } from '../metrics/index.ts'
import { confidence } from '../metrics/intervals/probability.ts'
import { valuesNeeded } from '../metrics/intervals/order-statistics.ts'
import type { Metric } from '../metrics/metric.ts'
import { shownQuantiles } from '../metrics/statistics.ts'
import { verdictRules } from '../metrics/verdict-rules.ts'

/** `docs/metrics.md`, from the declarations that also make the tables and the report. */
export function metricDocs(): string {
  const all: readonly Metric[] = metrics
  const own = all.filter((metric) => !isClassic(metric))
  return `${[
    '# Metrics',
    'Made from the declarations in `src/metrics/types` by `npm run docs`. Do not edit.',
    'Unless said otherwise a metric is over the requests of the measured part that ended `ok`; warm-up is in none. Everything here is derived from the stored files: a point that was measured before a metric existed has it too, once it is derived again.',
    '## Ours',
    table(own),
    "## The original's",
    'To 1e-9 of what the original computes on the same files, its slips included; `queries` are requests. Where it misleads, ours stands beside it.',
    table(all.filter(isClassic)),
    '### Where they part',
    ...differences.map(({ classic, ours, text }) => `**\`${classic}\`** - read ${ours.map(code).join(', ')}. ${text}`),
    '## Distributions, failures and intervals',
    distributions(),
    '## Thresholds and comparisons',
    gates(),
    '## The verdict',
    'Per family of metrics; a point takes the worst of its families.',
    [
      '| rule | family | what it looks at |',
      '| --- | --- | --- |',
      ...verdictRules.map(({ id, family, describe }) => row([code(id), family, describe])),
    ].join('\n'),
  ].join('\n\n')}\n`
}

const isClassic = ({ id }: Metric) => id.startsWith('classic.')
const code = (text: string) => `\`${text}\``
const row = (cells: readonly string[]) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
const percent = (share: number) => `${Number((100 * share).toPrecision(3))} %`

function table(rows: readonly Metric[]): string {
  return [
    '| id | name | unit | better | family | how it is computed |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map(({ id, name, unit, better, family, formula, kind, needs }) =>
      row([
        code(id),
        name,
        kind === 'distribution' ? `${unit}, distribution` : unit,
        better ?? '',
        family,
        `${formula}${needs.length > 0 ? `. Needs: ${needs.map((need) => words[need]).join(', ')}` : ''}`,
      ]),
    ),
  ].join('\n')
}

const words = {
  stream: 'streaming',
  intendedTimes: 'an open loop',
  outputTokens: 'counted output tokens',
  promptTokens: 'counted prompt tokens',
  parameters: "the model's size",
  gpus: 'a known number of GPUs',
  objectives: 'objectives',
  clients: 'a closed loop',
} as const satisfies Record<Metric['needs'][number], string>

function distributions(): string {
  const needed = Object.entries(shownQuantiles).map(([name, share]) => `${name} ${valuesNeeded(share)}`)
  return [
    `A distribution has count, mean, standard deviation (n - 1), min, ${Object.keys(shownQuantiles).join(', ')} and max; percentiles by linear interpolation between order statistics.`,
    'If a request failed, was cancelled or was not sent, the **censored** percentiles stand beside: those requests at +infinity (at 0 for rates), `at_least` where the percentile falls among them. Thresholds and comparisons use them.',
    `**Intervals** hold the true value in ${percent(confidence)} of cases. Of values a request they are the order statistics that the binomial distribution gives, of means Student's t; requests that follow each other and are alike count as fewer. Of pooled gaps they come from a block bootstrap over time. Of the rates of a closed loop they are those of work / time on the wire, and of the clients' uneven end; of an open loop, those of the work done in up to 20 equal stretches of time, arrivals included. Of shares of requests they are Wilson's. What counts the run itself (ledgers, stalls, preemptions, differences to the server's own) has none, nor have \`classic.*\` and sums over failed requests, whose counts are bounds. An interval is **open** (null) on a side where too few values bound it: independent values needed are ${needed.join(', ')}.`,
    "`--repeats N` measures each point N times: mean, standard deviation between the runs, and an interval by Student's t over them.",
  ].join('\n\n')
}

function gates(): string {
  return [
    'An **invalid** point makes the exit code 1, thresholds or not, unless `--allow-invalid` is given. A suspect one does not.',
    "A **threshold** (`--threshold 'ttft.p50<0.5'`) is missed by a value beyond it, by a value that does not exist or falls among failed requests, by an interval that is open towards the limit, and by any value of an invalid point (unless `--allow-invalid`).",
    `A **comparison** (\`--baseline DIR\`, or \`npm run report -- BEFORE AFTER\`) looks at ${figures.map((figure) => code(figure.name)).join(', ')} of each point that both sides measured. A figure is \`same\` when the 95 % interval of its change lies within ${percent(usualMargin)}; \`better\` or \`worse\` when it does not and the direction is beyond doubt for all figures at once; else \`cannot tell\`. With ${runsForSpread} runs or more on both sides the intervals are of the spread between runs; with fewer, of the spread within the runs and an assumed ${percent(assumedSpread)} between them. Where answers or prompts have other mean lengths (by over 2 %, prompts also by over 2 tokens) figures that depend on them cannot be told. Of 100 comparisons of a server with itself at most 5 find a change; a server whose pace swings more slowly than a run lasts is told from a slower one by repeats alone.`,
    '`--fail-on-regression 5%` fails the run when a figure is `worse` by more than that, when a point is invalid, when no figure of a point could be compared, and when no point was measured on both sides.',
  ].join('\n\n')
}
