import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { complaint, type Suite, type SuiteRun } from '../suite/suite.ts'
import { runCommand } from '../workshop/run-command.ts'
import { must, type Check, type CheckContext } from './check.ts'

/** The same load for both. */
const load = { clients: 8, requests: 64, promptTokens: 128, outputTokens: 64 } as const

/** A figure that both have, and why two definitions of it can differ; null: they are the same. */
interface Figure {
  readonly theirs: string
  readonly ours: (metrics: Metrics) => number | null
  readonly unit: 'ms' | '/s'
  readonly why: string | null
  /** A tail of so few requests is shown, not judged. */
  readonly judged: boolean
}

type Metrics = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const scalar = (id: string) => (metrics: Metrics) => numberOf(metrics[id]?.['value'])
const milliseconds = (id: string, key: string) => (metrics: Metrics) => {
  const seconds = numberOf(metrics[id]?.[key])
  return seconds === null ? null : seconds * 1000
}

const span =
  'theirs divides by the whole run, from before the first connection to the last byte; ours by first send to last token'
const latencies = [
  [
    'ttft',
    'ttft',
    'theirs begins before a connection is there and ends at the first event with choices; ours begins at the write and ends at the first that carries a token',
  ],
  [
    'tpot',
    'tpot',
    'theirs is (latency - TTFT) / (tokens - 1), to the last event with choices; ours (last token - first) / tokens after the first chunk',
  ],
  ['itl', 'itl', 'theirs is between events with choices, ours between chunks that carry tokens'],
  ['e2el', 'e2e_latency', 'theirs begins before a connection is there, ours at the write'],
] as const
const statistics = [
  ['mean', 'mean', true],
  ['median', 'p50', true],
  ['p99', 'p99', false],
] as const

const figures: readonly Figure[] = [
  ...(
    [
      ['request_throughput', 'request_throughput'],
      ['output_throughput', 'output_token_throughput'],
      ['total_token_throughput', 'total_token_throughput'],
    ] as const
  ).map(([theirs, ours]): Figure => ({ theirs, ours: scalar(ours), unit: '/s', why: span, judged: true })),
  ...latencies.flatMap(([theirs, ours, why]) =>
    statistics.map(([name, key, judged]): Figure => ({
      theirs: `${name}_${theirs}_ms`,
      ours: milliseconds(ours, key),
      unit: 'ms',
      why: name === 'mean' ? why : null,
      judged,
    })),
  ),
]

/** Their figures may lie outside of our two runs by this share, or by as much as those two lie apart. */
const slack = 0.3

/** `vllm bench serve` between two runs of ours at the same load, on the same server. */
export function vllmBench(model: string): Check {
  return {
    name: '`vllm bench serve` at the same load',
    async run(context) {
      const first = await measureOurs(context, 'beside-1')
      const theirs = await measureTheirs(context, model)
      const second = await measureOurs(context, 'beside-2')
      return compareFigures(first, theirs, second)
    },
  }
}

/** One run of ours: by our definitions, and the same requests by theirs. */
export interface Ours {
  readonly metrics: Metrics
  readonly byTheirs: Readonly<Record<string, unknown>>
}

/** A table of every figure that both have. Throws CheckFailed where theirs are not ours by their own definition. */
export function compareFigures(first: Ours, theirs: Readonly<Record<string, unknown>>, second: Ours): string {
  const rows = figures.map((figure) => {
    const values = [
      figure.ours(first.metrics),
      numberOf(first.byTheirs[figure.theirs]),
      numberOf(theirs[figure.theirs]),
    ]
    const again = numberOf(second.byTheirs[figure.theirs])
    const [ours, defined, other] = values
    if (ours == null || defined == null || other == null || again === null) {
      must(false, () => `${figure.theirs}: one of the two does not have it`)
      return []
    }
    const middle = (defined + again) / 2
    const apart = (other - middle) / middle
    const allowed = Math.max(slack, Math.abs(defined - again) / middle)
    must(
      !figure.judged || Math.abs(apart) <= allowed,
      () =>
        `${figure.theirs}: theirs ${show(other)}, ours by their definition ${show(defined)} and ${show(again)}: ${percent(apart)} apart, ${percent(allowed)} are allowed`,
    )
    const by = ours === 0 ? 0 : (defined - ours) / ours
    return [figure.theirs, show(ours), show(defined), show(again), show(other), percent(by), percent(apart)]
  })
  const heads = ['figure', 'ours', 'ours, their way', 'again', 'theirs', 'by definition', 'by measuring']
  const explained = figures.flatMap(({ theirs, why }) =>
    why === null ? [] : [`${theirs.replace(/^mean_/, '')}: ${why}`],
  )
  return ['the same within the bounds', ...table([heads, ...rows]), ...explained].join('\n')
}

async function measureOurs({ suite, server }: CheckContext, label: string): Promise<Ours> {
  const { clients, requests, promptTokens, outputTokens } = load
  const words = ['--label', label, '--allow-invalid', '--clients', String(clients), '--requests', String(requests)]
  const lengths = ['--prompt-tokens', String(promptTokens), '--output-tokens', String(outputTokens)]
  const fixed = ['--prompt-tokens-var', '0', '--output-tokens-var', '0']
  const run = await suite.bench([...server.words, ...words, ...lengths, ...fixed]).done
  mustBeDone(run)
  const [point] = await suite.results(label)
  must(point !== undefined, () => `no result: ${complaint(run)}`)
  return { metrics: point.metrics as unknown as Metrics, byTheirs: await exported(suite, label) }
}

/** The same requests as vLLM's own program would have written them. */
async function exported(suite: Suite, label: string): Promise<Readonly<Record<string, unknown>>> {
  const file = join(suite.folder, `${label}.json`)
  mustBeDone(await suite.export(label, ['--format', 'vllm-bench', '--out', file]).done)
  return readJson(file)
}

async function measureTheirs({ suite, server, installed, signal }: CheckContext, model: string) {
  const [bin = ''] = installed.path
  const file = 'vllm-bench.json'
  const options = {
    '--backend': 'vllm',
    '--model': model,
    '--base-url': server.root,
    '--endpoint': '/v1/completions',
    '--dataset-name': 'random',
    '--random-input-len': load.promptTokens,
    '--random-output-len': load.outputTokens,
    '--num-prompts': load.requests,
    '--max-concurrency': load.clients,
    '--request-rate': 'inf',
    '--seed': 1,
    '--percentile-metrics': 'ttft,tpot,itl,e2el',
    '--metric-percentiles': '50,90,99',
    '--result-dir': suite.folder,
    '--result-filename': file,
  }
  const words = Object.entries(options).flatMap(([flag, value]) => [flag, String(value)])
  const switches = ['--ignore-eos', '--save-result', '--disable-tqdm']
  await runCommand([join(bin, 'vllm'), 'bench', 'serve', ...words, ...switches], {
    logFile: join(suite.folder, 'vllm-bench.log'),
    signal,
    env: { HF_HUB_OFFLINE: '1', DO_NOT_TRACK: '1', VLLM_NO_USAGE_STATS: '1' },
  })
  const theirs = readJson(join(suite.folder, file))
  must(theirs['completed'] === load.requests, () => `it completed ${String(theirs['completed'])} of ${load.requests}`)
  return theirs
}

function mustBeDone(run: SuiteRun): void {
  must(run.code === 0, () => complaint(run))
}

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, unknown>>
const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : null)
const show = (value: number) => value.toPrecision(4)
const percent = (share: number) => `${share >= 0 ? '+' : ''}${(share * 100).toFixed(1)} %`

function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  )
}
