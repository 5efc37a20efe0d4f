import { parseArgs, type ParseArgsConfig } from 'node:util'
import { UserError } from '../src/errors.ts'
import { faults, parseFault } from '../src/stub/faults/index.ts'
import { settle, type StubOptions } from '../src/stub/options.ts'
import { startStub } from '../src/stub/stub.ts'
import { truth } from '../src/stub/truth.ts'
import { resolveTokenizer } from '../src/workload/tokenizers/index.ts'

const options = {
  wire: { type: 'string', default: 'openai' },
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '8000' },
  ttft: { type: 'string', default: '200' },
  itl: { type: 'string', default: '20' },
  jitter: { type: 'string', default: '0' },
  stagger: { type: 'boolean', default: false },
  'lock-step': { type: 'boolean', default: false },
  'tokens-per-chunk': { type: 'string', default: '1' },
  'events-per-write': { type: 'string', default: '1' },
  seed: { type: 'string', default: '1' },
  model: { type: 'string', multiple: true, default: ['gpt2'] as string[] },
  'no-models': { type: 'boolean', default: false },
  'api-key': { type: 'string' },
  'max-model-length': { type: 'string' },
  'prompt-tokens': { type: 'string', default: 'words' },
  'cached-tokens': { type: 'string' },
  counters: { type: 'string', default: 'stub' },
  'ready-after': { type: 'string', default: '0' },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  every: { type: 'string', default: '1' },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies ParseArgsConfig['options']

const help = `npm run stub -- [options]: a server that keeps a known schedule and reports what it kept

  --wire NAME             openai: OpenAI's protocol; fastgen: DeepSpeed-MII's gRPC (openai)
  --host HOST             address to listen on (127.0.0.1)
  --port N                port; 0 takes any (8000)
  --ttft MS               time to the first token (200)
  --itl MS                time between tokens (20)
  --jitter MS             add up to so much, drawn from the seed, to the first token and to each gap (0)
  --stagger               shift each stream by a random part of one gap
  --lock-step             all streams on one grid of gaps, as an engine's steps
  --tokens-per-chunk N    tokens in each event (1)
  --events-per-write N    events in each write (1)
  --seed N                seed of all draws (1)
  --model NAME            a model to list; repeat for several (gpt2)
  --no-models             list none, accept any
  --api-key KEY           refuse /v1 without this key
  --max-model-length N    refuse longer prompt + output with 400
  --prompt-tokens HOW     how prompts are counted: words, spaces, characters (words)
  --cached-tokens N       report so many prompt tokens as cached
  --counters WORDS        whose names /metrics has: stub, vllm, sglang, tgi, llama-server (stub)
  --ready-after MS        answer 503 for so long after the start (0)
  --fault NAME[:K=V,..]   misbehave; repeat for several
  --every N               on every n-th request only (1)

Faults, also by request header \`x-stub-fault\`:
${Object.entries(faults)
  .map(([name, { summary, schema }]) => {
    const settings = Object.entries(schema.parse({ kind: name })).filter(([key]) => key !== 'kind')
    const defaults = settings.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(', ')
    return `  ${name.padEnd(22)}  ${summary}${defaults === '' ? '' : `\n${' '.repeat(26)}${defaults}`}`
  })
  .join('\n')}

What it sent, and when: GET /stub/log; DELETE /stub/log clears it.`

function wrongUse(message: string): never {
  throw new UserError(`stub: ${message}. All options: npm run stub -- --help`, 2)
}

function readArgs() {
  try {
    return parseArgs({ options, allowPositionals: false }).values
  } catch (error) {
    return wrongUse(error instanceof Error ? error.message.replace(/\.$/, '') : String(error))
  }
}

function number(flag: string, text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) wrongUse(`--${flag} takes a number, got "${text}"`)
  return value
}

function scheduleOf(flags: ReturnType<typeof readArgs>): NonNullable<StubOptions['schedule']> {
  const ttftMs = number('ttft', flags.ttft)
  const itlMs = number('itl', flags.itl)
  const jitterMs = number('jitter', flags.jitter)
  if (Number(flags.stagger) + Number(flags['lock-step']) + Number(jitterMs > 0) > 1) {
    wrongUse('choose one of --stagger, --lock-step, --jitter')
  }
  if (flags.stagger) return { kind: 'staggered', ttftMs, itlMs }
  if (flags['lock-step']) return { kind: 'lockStep', ttftMs, itlMs }
  if (jitterMs > 0) return { kind: 'jittered', ttftMs, ttftJitterMs: jitterMs, itlMs, itlJitterMs: jitterMs }
  return { kind: 'fixed', ttftMs, itlMs }
}

function toOptions(flags: ReturnType<typeof readArgs>): StubOptions {
  const optional = (flag: 'max-model-length' | 'cached-tokens') => {
    const text = flags[flag]
    return text === undefined ? null : number(flag, text)
  }
  const every = number('every', flags.every)
  return {
    wire: flags.wire as 'openai',
    host: flags.host,
    port: number('port', flags.port),
    schedule: scheduleOf(flags),
    tokensPerChunk: number('tokens-per-chunk', flags['tokens-per-chunk']),
    eventsPerWrite: number('events-per-write', flags['events-per-write']),
    seed: number('seed', flags.seed),
    models: flags['no-models'] ? [] : flags.model,
    apiKey: flags['api-key'] ?? null,
    maxModelLength: optional('max-model-length'),
    cachedTokens: optional('cached-tokens'),
    promptTokens: flags['prompt-tokens'] as 'words',
    counters: flags.counters as 'stub',
    readyAfterMs: number('ready-after', flags['ready-after']),
    faults: flags.fault.map((text) => ({ fault: parseFault(text), every })),
  }
}

/** Counts as the client does when the model is one whose tokenizer is bundled, so that lengths agree; else as asked. */
async function promptCounter({ models, promptTokens }: ReturnType<typeof settle>) {
  if (models[0] !== 'gpt2' || promptTokens !== 'words') return undefined
  const tokenizer = await resolveTokenizer('gpt2', { env: process.env, fetch: globalThis.fetch })
  return (text: string) => tokenizer.count(text)
}

/** `TTFT p50 200.1, p99 200.9 ms`: what a client without error would measure. */
function describeTimes(name: string, milliseconds: readonly number[]): string {
  const sorted = Float64Array.from(milliseconds).sort()
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]?.toFixed(2) ?? '-'
  return `${name} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms`
}

type Settings = ReturnType<typeof settle>

/** How to ask it. */
const hints: Readonly<Record<Settings['wire'], (settings: Settings, url: string) => readonly string[]>> = {
  openai: ({ models: [model], apiKey }, url) => {
    const body = JSON.stringify({
      ...(model === undefined ? {} : { model }),
      prompt: 'one two three',
      max_tokens: 8,
      stream: true,
      stream_options: { include_usage: true },
    })
    const key = apiKey === null ? '' : ` -H 'authorization: Bearer ${apiKey}'`
    return [
      `try:  curl -N ${url}/v1/completions -H 'content-type: application/json'${key} -d '${body}'`,
      `      npm run bench -- --project openai --base-url ${url}`,
    ]
  },
  fastgen: ({ models: [model = 'gpt2'] }, url) => [
    `try:  npm run bench -- --project openai --backend fastgen --base-url ${url} --model ${model}`,
  ],
}

async function main(): Promise<void> {
  const flags = readArgs()
  if (flags.help) return console.log(help)
  const settings = settle(toOptions(flags))
  const stub = await startStub(settings, await promptCounter(settings))
  console.log(`stub: listening at ${stub.url} (model ${settings.models.join(', ') || 'any'}); Ctrl-C stops it`)
  for (const line of hints[settings.wire](settings, stub.url)) console.log(line)
  const stop = async () => {
    const { lateness, requests } = await stub.log()
    await stub.close()
    const late =
      lateness.count === 0
        ? ''
        : `; ${lateness.count} chunks, late by p99 ${lateness.p99Ms?.toFixed(2)} ms, at most ${lateness.maxMs?.toFixed(2)} ms`
    const sent = truth(requests)
    console.log(`stub: stopped after ${requests.length} requests${late}`)
    console.log(
      `stub: what it sent, warm-up included: ${describeTimes('TTFT', sent.ttftMs)}; ${describeTimes('ITL', sent.itlMs)}`,
    )
  }
  process.once('SIGINT', () => void stop())
  process.once('SIGTERM', () => void stop())
}

try {
  await main()
} catch (error) {
  if (!(error instanceof UserError)) throw error
  console.error(error.message)
  process.exitCode = error.exitCode
}
