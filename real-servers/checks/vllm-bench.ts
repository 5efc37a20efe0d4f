import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { complaint, type Suite, type SuiteRun } from '../suite/suite.ts'
import { runCommand } from '../workshop/run-command.ts'
import { CannotJudge, must, type Check, type CheckContext } from './check.ts'
import { clientLateness } from './client-lateness.ts'

/** The same load for both. */
const load = { clients: 8, requests: 64, promptTokens: 128, outputTokens: 64 } as const

/** A figure that both have, and how their definitions differ; null: another line has said it. */
interface Figure {
  readonly theirs: string
  readonly ours: (metrics: Metrics) => number | null
  readonly why: string | null
  /** Theirs may differ from ours by this share; null: shown, not judged, as one stall of a busy machine decides it. */
  readonly slack: number | null
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
    'theirs begins before a connection is there and ends at the first event with choices; ours begins at the write and ends at the first that carries a token; theirs makes and reads all on one Python loop, which shows when all clients start at once',
    0.6,
  ],
  [
    'tpot',
    'tpot',
    'theirs is (latency - TTFT) / (tokens - 1), to the last event with choices; ours (last token - first) / tokens after the first chunk',
    0.25,
  ],
  ['itl', 'itl', 'theirs is between events with choices, ours between chunks that carry tokens', 0.25],
  ['e2el', 'e2e_latency', 'theirs begins before a connection is there, ours at the write', 0.25],
] as const
const statistics = [
  ['mean', 'mean', false],
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
  ).map(([theirs, ours]): Figure => ({ theirs, ours: scalar(ours), why: span, slack: 0.25 })),
  ...latencies.flatMap(([theirs, ours, why, slack]) =>
    statistics.map(([name, key, judged]): Figure => ({
      theirs: `${name}_${theirs}_ms`,
      ours: milliseconds(ours, key),
      why: name === 'mean' ? why : null,
      slack: judged ? slack : null,
    })),
  ),
]

/** What two runs of each program differ among themselves is allowed too, as far as this. */
const largestSlack = 0.75

/** `vllm bench serve` and ours in turn, at the same load on the same server, twice: how far a program is from itself shows. */
export function vllmBench(model: string): Check {
  return {
    name: '`vllm bench serve` at the same load',
    async run(context) {
      const ours: Ours[] = []
      const theirs: Theirs[] = []
      for (const turn of [1, 2]) {
        ours.push(await measurePatiently(context, `beside-${turn}`))
        theirs.push(await measureTheirs(context, model, `vllm-bench-${turn}`))
      }
      return compareFigures(ours, theirs)
    },
  }
}

/** Seconds; beyond, ours is no measure of theirs. A token takes a few milliseconds, an answer some hundred. */
const latest = 0.03
const attempts = 5

export type Theirs = Readonly<Record<string, unknown>>

/** One run of ours: by our definitions, and the same requests by theirs. */
export interface Ours {
  readonly metrics: Metrics
  readonly byTheirs: Theirs
}

/**
 * A table of every figure that both have: means of the runs, what their definition makes of it, and what is left between the two
 * programs. Throws CheckFailed, with the table, where more is left than the runs explain.
 */
export function compareFigures(ours: readonly Ours[], theirs: readonly Theirs[]): string {
  const compared = figures.map((figure) => {
    const own = middleOf(
      figure,
      ours.map(({ metrics }) => figure.ours(metrics)),
    )
    const defined = middleOf(
      figure,
      ours.map(({ byTheirs }) => numberOf(byTheirs[figure.theirs])),
    )
    const other = middleOf(
      figure,
      theirs.map((each) => numberOf(each[figure.theirs])),
    )
    const allowed =
      figure.slack === null ? null : Math.min(Math.max(figure.slack, defined.spread + other.spread), largestSlack)
    const apart = other.mean / defined.mean - 1
    return { figure, own, defined, other, apart, allowed, agrees: allowed === null || Math.abs(apart) <= allowed }
  })
  const heads = ['figure', 'ours', 'ours, their way', 'theirs', 'by definition', 'by measuring', 'allowed']
  const rows = compared.map(({ figure, own, defined, other, apart, allowed }) => [
    figure.theirs,
    show(own.mean),
    show(defined.mean),
    show(other.mean),
    percent(defined.mean / own.mean - 1),
    percent(apart),
    allowed === null ? 'not judged' : `${(allowed * 100).toFixed(0)} %`,
  ])
  const explained = figures.flatMap(({ theirs, why }) =>
    why === null ? [] : [`${theirs.replace(/^mean_/, '')}: ${why}`],
  )
  const text = [...table([heads, ...rows]), ...explained].join('\n')
  const wrong = compared.filter(({ agrees }) => !agrees).map(({ figure }) => figure.theirs)
  must(wrong.length === 0, () => `${wrong.join(', ')} differ by more than the runs explain\n${text}`)
  return `every figure agrees\n${text}`
}

/** Mean of the runs, and how far they lie apart as a share of it. */
function middleOf({ theirs }: Figure, values: readonly (number | null)[]): { mean: number; spread: number } {
  const known = values.filter((value) => value !== null)
  must(known.length > 0 && known.length === values.length, () => `${theirs}: one of the two does not have it`)
  const mean = known.reduce((sum, value) => sum + value, 0) / known.length
  return { mean, spread: (Math.max(...known) - Math.min(...known)) / mean }
}

/** Waits for a moment in which the machine lets the client do its work. */
async function measurePatiently(context: CheckContext, label: string): Promise<Ours> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await measureOurs(context, `${label}.${attempt}`)
    } catch (error) {
      if (!(error instanceof CannotJudge) || attempt === attempts) throw error
    }
  }
}

async function measureOurs({ suite, server }: CheckContext, label: string): Promise<Ours> {
  const { clients, requests, promptTokens, outputTokens } = load
  const words = ['--label', label, '--allow-invalid', '--clients', String(clients), '--requests', String(requests)]
  const lengths = ['--prompt-tokens', String(promptTokens), '--output-tokens', String(outputTokens)]
  // Theirs starts all clients at once, and with equal lengths they stay in step: each prompt waits for all the others.
  const fixed = ['--prompt-tokens-var', '0', '--output-tokens-var', '0', '--stagger', '0']
  const run = await suite.bench([...server.words, ...words, ...lengths, ...fixed]).done
  mustBeDone(run)
  const [point] = await suite.results(label)
  must(point !== undefined, () => `no result: ${complaint(run)}`)
  const late = clientLateness(point) ?? Infinity
  if (late > latest) throw new CannotJudge(`our client says itself that it was ${(late * 1000).toFixed(0)} ms late`)
  return { metrics: point.metrics as unknown as Metrics, byTheirs: await exported(suite, label) }
}

/** The same requests as vLLM's own program would have written them. */
async function exported(suite: Suite, label: string): Promise<Theirs> {
  const file = join(suite.folder, `${label}.json`)
  mustBeDone(await suite.export(label, ['--format', 'vllm-bench', '--out', file]).done)
  return readJson(file)
}

async function measureTheirs(
  { suite, server, installed, signal }: CheckContext,
  model: string,
  name: string,
): Promise<Theirs> {
  const [bin = ''] = installed.path
  const file = `${name}.json`
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
    // What ours sends: vLLM takes more time to sample so.
    '--temperature': 1,
    '--top-p': 0.9,
    '--extra-body': '{"seed": 42}',
    '--percentile-metrics': 'ttft,tpot,itl,e2el',
    '--metric-percentiles': '50,90,99',
    '--result-dir': suite.folder,
    '--result-filename': file,
  }
  const words = Object.entries(options).flatMap(([flag, value]) => [flag, String(value)])
  const switches = ['--ignore-eos', '--save-result', '--disable-tqdm']
  await runCommand([join(bin, 'vllm'), 'bench', 'serve', ...words, ...switches], {
    logFile: join(suite.folder, `${name}.log`),
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

const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as Theirs
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
