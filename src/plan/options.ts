import { z } from 'zod'
import { parseDuration, parseStages } from './load-shapes/stages.ts'
import { tagNames, type Tag } from './tags.ts'

/** How an option appears on the command line. Its key gives the flag: `promptTokens` is `--prompt-tokens`. */
export interface OptionMeta {
  readonly group: 'server' | 'load' | 'workload' | 'endpoint' | 'limits' | 'results' | 'run'
  /** Names that mean the same, the original's among them, with their dashes. */
  readonly aliases?: readonly string[]
  /** Word that stands for the value in the help. Absent: a switch. */
  readonly value?: string
  /** Several values: `--clients 1 2 4` or `--clients 1,2,4`. */
  readonly list?: true
  /** The flag has another name than the key's kebab case. */
  readonly flag?: string
  /** Only in bench files. */
  readonly fileOnly?: true
  /** Only on the command line. */
  readonly flagOnly?: true
  /** Turns the words after the flag into the value; default: by the schema's type. */
  readonly parse?: (words: readonly string[]) => unknown
  /** Shown in the help instead of the schema's default. */
  readonly defaultText?: string
}

const registry = z.registry<OptionMeta>()
export const optionMeta = (schema: z.ZodType): OptionMeta => {
  const meta = registry.get(schema)
  if (!meta) throw new Error('an option has no command-line description')
  return meta
}

function option<T extends z.ZodType>(schema: T, description: string, meta: OptionMeta): T {
  const described = schema.describe(description)
  registry.add(described, meta)
  return described
}

const positiveInt = z.int().positive()
const intList = z.array(positiveInt).min(1)
const share = z.number().min(0).max(1)
const seconds = z.number().positive()
const oneOrMany = <T extends z.ZodType>(one: T) =>
  z.union([one, z.array(one).min(1)]).transform((value) => (Array.isArray(value) ? value : [value]) as z.output<T>[])

const rate = z.number().nonnegative()
const stage = z
  .strictObject({ startRate: rate, endRate: rate, seconds })
  .refine(({ startRate, endRate }) => startRate + endRate > 0, 'a stage needs a rate above 0')
const arrivalNames = ['constant', 'poisson', 'gamma'] as const
/** What any open loop may say of itself; what it leaves out is taken from the bench's own keys. */
const openLoopParts = {
  arrival: z.enum(arrivalNames).optional(),
  burstiness: z.number().positive().optional(),
  maxConcurrency: positiveInt.optional(),
  onCap: z.enum(['queue', 'drop']).optional(),
}
const closedLoopSchema = z.strictObject({
  kind: z.literal('closedLoop'),
  clients: intList,
  duration: seconds.optional(),
})
const constantRateSchema = z.strictObject({
  kind: z.literal('constantRate'),
  rates: z.array(z.number().positive()).min(1),
  duration: seconds.optional(),
  ...openLoopParts,
})
const stagesSchema = z.strictObject({ kind: z.literal('stages'), stages: z.array(stage).min(1), ...openLoopParts })
const loadSchema = z.discriminatedUnion('kind', [closedLoopSchema, constantRateSchema, stagesSchema])
export type Load = z.output<typeof loadSchema>
type OpenLoopParts = Omit<Extract<Load, { kind: 'stages' }>, 'kind' | 'stages'>

/** N users, each with one request in flight at a time; one point a number of clients. */
export function closedLoop(shape: { clients: number | readonly number[]; duration?: number }): Load {
  return { ...shape, kind: 'closedLoop', clients: [shape.clients].flat() }
}

/** Requests at a fixed rate, whatever the server does; one point a rate (requests/s). `duration` in seconds. */
export function constantRate(shape: { rates: number | readonly number[]; duration?: number } & OpenLoopParts): Load {
  return { ...shape, kind: 'constantRate', rates: [shape.rates].flat() }
}

/** Rates one after the other in one point: `stages('10/s:30s,10..20/s:1m')`, a ramp from 10 to 20 at the end. */
export function stages(list: string, parts: OpenLoopParts = {}): Load {
  return { ...parts, kind: 'stages', stages: parseStages(list) }
}

export const thresholdSchema = z
  .strictObject({ min: z.number().optional(), max: z.number().optional() })
  .refine((limit) => limit.min !== undefined || limit.max !== undefined, 'give min, max or both')

const deadline = z.strictObject({ prompt: z.number().positive(), generation: z.number().positive() })
export const objectivesSchema = z.strictObject({
  ttft: seconds.optional(),
  tpot: seconds.optional(),
  itl: seconds.optional(),
  e2e: seconds.optional(),
  cum: deadline.optional(),
  ema16: deadline.optional(),
})

const decimal = String.raw`(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const limitPattern = new RegExp(`^(ttft|tpot|itl|e2e)<=?(${decimal})$`, 'i')
const ratesPattern = new RegExp(`^(cum|ema16)=(${decimal})/(${decimal})$`, 'i')
const thresholdPattern = new RegExp(String.raw`^\s*([a-z][\w.]*)\s*(<=?|>=?)\s*(-?${decimal})\s*$`, 'i')
const percentPattern = new RegExp(String.raw`^(${decimal})\s*(%?)$`, 'i')

/** `ttft<0.5`, `cum=512/4` (the original's deadline at 512 prompt and 4 output tokens/s) */
function parseObjectives(words: readonly string[]): Record<string, unknown> {
  const limits: Record<string, unknown> = {}
  for (const word of words) {
    const limit = limitPattern.exec(word.replaceAll(' ', ''))
    const rates = ratesPattern.exec(word.replaceAll(' ', ''))
    if (limit) limits[limit[1] ?? ''] = Number(limit[2])
    else if (rates) limits[rates[1] ?? ''] = { prompt: Number(rates[2]), generation: Number(rates[3]) }
    else throw new Error(`"${word}" is no objective; write 'ttft<0.5', tpot, itl, e2e, or 'cum=512/4', ema16`)
  }
  return limits
}

/** `ttft.p99<0.5`, `output_token_throughput>900` */
function parseThresholds(words: readonly string[]): Record<string, { min?: number; max?: number }> {
  const limits: Record<string, { min?: number; max?: number }> = {}
  for (const word of words) {
    const match = thresholdPattern.exec(word)
    if (!match) throw new Error(`"${word}" is no threshold; write 'ttft.p99<0.5' or 'output_token_throughput>900'`)
    const [, metric = '', sign = '', limit = ''] = match
    limits[metric] = { ...limits[metric], [sign.startsWith('<') ? 'max' : 'min']: Number(limit) }
  }
  return limits
}

function durationOf(words: readonly string[]): number {
  const seconds = parseDuration(words.join(' '))
  if (Number.isNaN(seconds)) throw new Error(`"${words.join(' ')}" is no time; write 90, 30s, 2m or 1h`)
  return seconds
}

/** `5%`, `0.05` */
function parsePercent(words: readonly string[]): number {
  const match = percentPattern.exec(words.join(''))
  if (!match) throw new Error(`"${words.join(' ')}" is no share; write 5% or 0.05`)
  return Number(match[1]) / (match[2] === '%' ? 100 : 1)
}

function parseJson(words: readonly string[]): unknown {
  const text = words.join(' ')
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`not JSON: ${text}`)
  }
}

const headerValue = z.string().regex(/^[\t\x20-\x7E\x80-\xFF]*$/, 'one line of Latin-1 characters')

function parseHeaders(words: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const word of words) {
    const colon = word.indexOf(':')
    // What stands there may be a key: it is not repeated.
    if (colon < 0) throw new Error("no header without a colon; write --header 'name: value'")
    const name = word.slice(0, colon).trim()
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new Error(`"${name}" is no name of a header; write --header 'name: value'`)
    }
    headers[name.toLowerCase()] = word.slice(colon + 1).trim()
  }
  return headers
}

/** A backend's name, or its name with parameters of its own: `{ name: 'fastgen', maxRaggedBatchSize: [768] }`. */
const backendEntry = z.union([z.string(), z.looseObject({ name: z.string() })])
export type BackendEntry = z.output<typeof backendEntry>

/** What stands beside the labels in an output directory. */
const ownNames: ReadonlySet<string> = new Set([
  'runs',
  'plots',
  'charts',
  'exports',
  'servers',
  'report.html',
  'readme.md',
])

const originalClients = [1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32]

/**
 * Every option of a benchmark, once: type, default, flag, aliases and help follow from here.
 * Durations are seconds, lengths are tokens.
 */
export const benchOptions = {
  model: option(
    z.string().min(1).nullable().default(null),
    'Model name, as the server and Hugging Face know it, or a path',
    {
      group: 'server',
      value: 'NAME',
      defaultText: "the bench file's, or the only one the server lists",
    },
  ),
  backends: option(oneOrMany(backendEntry), 'Servers to measure', {
    group: 'server',
    flag: 'backend',
    aliases: ['--backends'],
    value: 'NAME',
    list: true,
    defaultText: "the bench file's",
  }),
  tensorParallel: option(oneOrMany(positiveInt).default([1]), 'Tensor-parallel degrees, one server start each', {
    group: 'server',
    aliases: ['--tp_size'],
    value: 'N',
    list: true,
  }),
  maxRaggedBatchSize: option(oneOrMany(positiveInt).default([768]), 'Tokens a forward pass, one server start each', {
    group: 'server',
    aliases: ['--max_ragged_batch_size'],
    value: 'N',
    list: true,
  }),
  replicas: option(oneOrMany(positiveInt).default([1]), 'Replicas of the server, one server start each', {
    group: 'server',
    aliases: ['--num_replicas'],
    value: 'N',
    list: true,
  }),
  serverArgs: option(z.array(z.string()).default([]), 'Further arguments for the server program', {
    group: 'server',
    value: 'ARGS',
    parse: (words) => words.flatMap((word) => word.split(/\s+/).filter(Boolean)),
    defaultText: 'none',
  }),
  env: option(z.record(z.string(), z.string()).default({}), 'Environment of the server program', {
    group: 'server',
    fileOnly: true,
  }),
  parameters: option(
    z.number().positive().nullable().default(null),
    'Size of the model in billions of parameters, for TFLOPs',
    {
      group: 'server',
      fileOnly: true,
    },
  ),
  fp6: option(z.boolean().default(false), 'Weights of 6 bits, where a server has them (DeepSpeed-FastGen)', {
    group: 'server',
  }),
  deploymentName: option(z.string().min(1).nullable().default(null), 'Deployment name (MII, Azure ML)', {
    group: 'server',
    aliases: ['--deployment_name'],
    value: 'NAME',
    defaultText: 'none',
  }),

  load: option(loadSchema.nullable().default(null), 'Load shape, e.g. closedLoop({ clients: [1, 8] })', {
    group: 'load',
    fileOnly: true,
  }),
  clients: option(oneOrMany(positiveInt).default(originalClients), 'Closed-loop clients, one point each', {
    group: 'load',
    aliases: ['--num_clients'],
    value: 'N',
    list: true,
  }),
  requestRate: option(
    oneOrMany(z.number().positive()).nullable().default(null),
    'Open loop: requests a second, whatever the server does; one point each',
    { group: 'load', value: 'X', list: true, defaultText: 'a closed loop' },
  ),
  stages: option(
    z.array(stage).min(1).nullable().default(null),
    'Open loop in stages, e.g. 10/s:30s,10..20/s:1m for a step and a ramp; one point',
    { group: 'load', value: 'STAGES', parse: (words) => parseStages(words.join(',')), defaultText: 'none' },
  ),
  arrival: option(z.enum(arrivalNames).nullable().default(null), 'Law of the gaps between the sends of an open loop', {
    group: 'load',
    value: arrivalNames.join('|'),
    defaultText: 'poisson; gamma with --burstiness',
  }),
  burstiness: option(
    z.number().positive().nullable().default(null),
    'Shape of gamma gaps: 1 is Poisson, smaller is burstier',
    { group: 'load', value: 'X', defaultText: 'none' },
  ),
  maxConcurrency: option(positiveInt.nullable().default(null), 'Most requests of an open loop in flight', {
    group: 'load',
    value: 'N',
    defaultText: 'no limit',
  }),
  onCap: option(z.enum(['queue', 'drop']).default('queue'), 'What becomes of a request beyond --max-concurrency', {
    group: 'load',
    value: 'queue|drop',
  }),
  requests: option(positiveInt.nullable().default(null), 'Measured requests of a point', {
    group: 'load',
    aliases: ['--num_requests'],
    value: 'N',
    defaultText: '4 x clients + 32; in an open loop what is due in its time',
  }),
  perReplica: option(z.boolean().default(false), 'Clients, request rates and requests are those of each replica', {
    group: 'load',
  }),
  duration: option(seconds.nullable().default(null), 'Send for so long, e.g. 30s or 2m', {
    group: 'load',
    value: 'TIME',
    parse: (words) => durationOf(words),
    defaultText: 'until all requests are sent; 60s in an open loop without --requests',
  }),
  drainTimeout: option(
    z.number().min(0).default(60),
    'After a time is up or an open loop has sent all: wait so long for answers, s, then cancel',
    { group: 'load', value: 'SECONDS' },
  ),
  stopOnErrorRate: option(share.nullable().default(null), 'End a point once more than this share of it has failed', {
    group: 'load',
    value: 'SHARE',
    defaultText: 'never',
  }),
  stopOnSaturation: option(z.boolean().default(true), 'End an open loop whose server falls behind without bound', {
    group: 'load',
  }),
  warmup: option(z.int().min(0).default(1), 'Warm-up requests per client, at least', { group: 'load', value: 'N' }),
  warmupMax: option(
    z.int().min(0).default(4),
    'Warm-up requests per client, at most: it ends when two rounds agree within 5 %',
    {
      group: 'load',
      value: 'N',
    },
  ),
  stagger: option(z.number().min(0).default(0.01), 'Clients start within clients x this many seconds', {
    group: 'load',
    value: 'SECONDS',
  }),
  stream: option(z.boolean().default(true), 'Stream the answers, which shows first-token and inter-token times', {
    group: 'load',
  }),
  repeats: option(positiveInt.default(1), 'Runs of each point, one after the other over all points: shows the spread', {
    group: 'load',
    value: 'N',
  }),
  maxErrorRate: option(share.default(0.01), 'A point fails when a larger share of its requests failed', {
    group: 'load',
    value: 'SHARE',
  }),

  promptTokens: option(oneOrMany(positiveInt).default([2600]), 'Mean prompt lengths', {
    group: 'workload',
    aliases: ['--mean_prompt_length'],
    value: 'N',
    list: true,
  }),
  outputTokens: option(oneOrMany(positiveInt).default([60]), 'Mean output lengths', {
    group: 'workload',
    aliases: ['--mean_max_new_tokens'],
    value: 'N',
    list: true,
  }),
  promptTokensVar: option(
    z.number().min(0).max(2).default(0.3),
    'Standard deviation of the prompt length, as a share of its mean',
    {
      group: 'workload',
      aliases: ['--prompt_length_var'],
      value: 'SHARE',
    },
  ),
  outputTokensVar: option(
    z.number().min(0).max(2).default(0.3),
    'Standard deviation of the output length, as a share of its mean',
    {
      group: 'workload',
      aliases: ['--max_new_tokens_var'],
      value: 'SHARE',
    },
  ),
  maxPromptTokens: option(positiveInt.default(4000), 'Longest prompt (at least 3 x the mean is allowed)', {
    group: 'workload',
    aliases: ['--max_prompt_length'],
    value: 'N',
  }),
  prompts: option(
    z.enum(['salted', 'classic']).default('salted'),
    "Prompts of exact lengths that no cache knows, or the original's draws",
    {
      group: 'workload',
      value: 'salted|classic',
    },
  ),
  promptsFile: option(
    z.string().nullable().default(null),
    'JSON lines with prompt or messages, and max_tokens, session, turn',
    {
      group: 'workload',
      value: 'FILE',
      defaultText: 'built-in text',
    },
  ),
  salt: option(z.string().min(1).nullable().default(null), "Replay a run's salt: the same prompts again", {
    group: 'workload',
    value: 'TEXT',
    defaultText: 'new each run',
  }),
  tokenizer: option(z.string().min(1).nullable().default(null), 'Tokenizer: a folder, tokenizer.json or model name', {
    group: 'workload',
    value: 'NAME',
    defaultText: "the model's",
  }),
  temperature: option(z.number().min(0).max(2).default(1), 'Sampling temperature', { group: 'workload', value: 'X' }),
  topP: option(z.number().gt(0).max(1).default(0.9), 'Nucleus sampling share', { group: 'workload', value: 'X' }),
  seed: option(z.int().min(0).default(42), 'Seed of lengths, stagger and sampling', { group: 'workload', value: 'N' }),

  baseUrl: option(
    z.string().min(1).nullable().default(null),
    'Measure the server at this address instead of starting one',
    {
      group: 'endpoint',
      aliases: ['--openai_api_url', '--aml_api_url'],
      value: 'URL',
      defaultText: 'none',
    },
  ),
  endpoint: option(z.enum(['completions', 'chat']).default('completions'), 'Which OpenAI route', {
    group: 'endpoint',
    value: 'completions|chat',
  }),
  header: option(z.record(z.string(), headerValue).default({}), 'Header of every request; never stored in clear', {
    group: 'endpoint',
    value: "'NAME: VALUE'",
    list: true,
    parse: parseHeaders,
    defaultText: 'none',
  }),
  extraBody: option(z.record(z.string(), z.unknown()).default({}), 'JSON merged into every request body', {
    group: 'endpoint',
    value: 'JSON',
    parse: parseJson,
    defaultText: 'none',
  }),

  connectTimeout: option(seconds.default(10), 'Longest wait for a connection, s', {
    group: 'limits',
    value: 'SECONDS',
  }),
  firstByteTimeout: option(seconds.default(600), 'Longest wait for the first byte of an answer, s', {
    group: 'limits',
    value: 'SECONDS',
  }),
  idleTimeout: option(seconds.default(120), 'Longest silence within an answer, s', {
    group: 'limits',
    value: 'SECONDS',
  }),
  timeout: option(seconds.default(1800), 'Longest request, s', { group: 'limits', value: 'SECONDS' }),
  startupTimeout: option(seconds.default(1800), 'Longest start of a server, s', { group: 'limits', value: 'SECONDS' }),

  label: option(
    z
      .string()
      .regex(/^[\w+-][\w.+-]*$/, 'letters, digits, . _ + - only, and no dot at its start')
      .refine(
        (label) => !ownNames.has(label.toLowerCase()),
        `not a name of the suite's own: ${[...ownNames].join(', ')}`,
      )
      .nullable()
      .default(null),
    'Directory under the results and name of the curve',
    {
      group: 'results',
      value: 'NAME',
      defaultText: "the backend's name",
    },
  ),
  objectives: option(
    objectivesSchema.default({}),
    "Limits that one request must meet, for goodput: seconds, or the original's deadlines at prompt/output tokens/s",
    {
      group: 'results',
      flag: 'objective',
      aliases: ['--objectives'],
      value: "'ttft<X'|'cum=P/G'",
      list: true,
      parse: parseObjectives,
      defaultText: "the bench file's",
    },
  ),
  thresholds: option(
    z.record(z.string(), thresholdSchema).default({}),
    'Limits that a point must meet, else exit code 1',
    {
      group: 'results',
      flag: 'threshold',
      aliases: ['--thresholds'],
      value: "'METRIC<X'",
      list: true,
      parse: parseThresholds,
      defaultText: "the bench file's",
    },
  ),
  saveText: option(z.boolean().default(true), 'Keep prompts and answers in the result files', { group: 'results' }),
  tags: option(z.array(z.enum(tagNames as [Tag, ...Tag[]])).default([]), 'What kind of run it is', {
    group: 'run',
    fileOnly: true,
  }),
} as const

/** Options of a run rather than of a benchmark: only on the command line. */
export const runOptions = {
  outDir: option(z.string().min(1).default('results'), 'Where results go', {
    group: 'results',
    aliases: ['--out_json_dir'],
    value: 'DIR',
    flagOnly: true,
  }),
  resume: option(z.boolean().default(false), 'Keep points that are already measured and valid', {
    group: 'results',
    flagOnly: true,
  }),
  overwrite: option(z.boolean().default(false), 'Measure points again though an equal result exists', {
    group: 'results',
    aliases: ['--overwrite_results'],
    flagOnly: true,
  }),
  classicSummary: option(z.boolean().default(false), "Print the original's summary line for each point", {
    group: 'results',
    flagOnly: true,
  }),
  baseline: option(z.string().min(1).nullable().default(null), 'Compare each point with the results in this folder', {
    group: 'results',
    value: 'DIR',
    flagOnly: true,
    defaultText: 'none',
  }),
  failOnRegression: option(
    z.number().positive().max(1000).nullable().default(null),
    'Exit code 1 when a figure is worse than the baseline by more than this; needs --baseline',
    { group: 'results', value: 'SHARE', flagOnly: true, parse: parsePercent, defaultText: 'never' },
  ),
  allowInvalid: option(
    z.boolean().default(false),
    'Let thresholds and --fail-on-regression judge invalid points too, which else fail them',
    { group: 'results', flagOnly: true },
  ),
  dryRun: option(z.boolean().default(false), 'Show the plan and the command line of each server; start nothing', {
    group: 'run',
    flagOnly: true,
  }),
  clientOnly: option(
    z.boolean().default(false),
    'Measure the servers that npm run server -- start left running; start and stop none',
    { group: 'run', flagOnly: true },
  ),
  lock: option(
    z.boolean().default(true),
    'Wait for other runs on this host; --no-lock does not, and results are suspect',
    { group: 'run', flagOnly: true },
  ),
  benches: option(z.string().min(1).default('benches'), 'Folder of the bench files', {
    group: 'run',
    value: 'DIR',
    flagOnly: true,
  }),
  help: option(z.boolean().default(false), 'This text', { group: 'run', aliases: ['-h'], flagOnly: true }),
} as const

export const benchSchema = z.strictObject(benchOptions)
export const runSchema = z.strictObject(runOptions)

/** What a bench file may hold: everything optional but `backends`. */
export type BenchInput = z.input<typeof benchSchema>
/** The same with all defaults. */
export type Bench = z.output<typeof benchSchema>
export type RunOptions = z.output<typeof runSchema>
