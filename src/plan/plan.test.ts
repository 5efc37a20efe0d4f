import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Backend } from '../backends/backend.ts'
import { expandBench } from './expand.ts'
import { parseFlags } from './flags.ts'
import { helpText } from './help.ts'
import { closedLoop } from './load-shapes/schema.ts'
import { parseBench, parseRunOptions } from './parse-bench.ts'

const backend = (id: string, dimensions: Backend['dimensions'], shape: z.ZodRawShape = {}) =>
  ({ id, dimensions, params: z.object(shape) }) as unknown as Backend
const backends = {
  vllm: backend('vllm', ['tp', 'bs', 'replicas']),
  llamacpp: backend('llamacpp', [], { threads: z.int().optional() }),
}
const parse = (input: object, words: string[] = []) => parseBench('x.bench.ts', input, parseFlags(words).bench)
const labels = (bench: ReturnType<typeof parse>) =>
  expandBench('x', bench, backends)[0]?.points.map((point) => point.label)
const message = (run: () => unknown) => {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('nothing was thrown')
}

describe('flags', () => {
  test.each([
    ['--clients 1 2 4', { clients: [1, 2, 4] }],
    ['--num_clients 1,2,4', { clients: [1, 2, 4] }],
    ['--mean-prompt-length 100 --mean_max_new_tokens 5', { promptTokens: [100], outputTokens: [5] }],
    ['--no-stream', { stream: false }],
    ['--no-save-text --temperature 0', { saveText: false, temperature: 0 }],
    ['--extra-body {"top_k":1}', { extraBody: { top_k: 1 } }],
    ['--salt 42 --label 7', { salt: '42', label: '7' }],
  ])('%s', (line, bench) => {
    expect(parseFlags(line.split(' ')).bench).toEqual(bench)
  })

  test('headers add up and their names are lower case', () => {
    expect(parseFlags(['--header', 'Api-Key: x', '--header', 'b: c:d']).bench['header']).toEqual({
      'api-key': 'x',
      b: 'c:d',
    })
  })

  test('a key is taken, kept apart and warned about', () => {
    const flags = parseFlags(['--openai_api_key', 'sk-1'])
    expect(flags.apiKey).toBe('sk-1')
    expect(JSON.stringify([flags.bench, flags.notes])).not.toContain('sk-1')
    expect(flags.notes).toEqual([expect.stringContaining('SERVEMARK_API_KEY')])
  })

  test('an unknown flag names the nearest', () => {
    expect(message(() => parseFlags(['--client', '1']))).toBe(
      'options: unknown option --client; did you mean --clients? All options: npm run bench -- --help',
    )
  })

  test.each([
    [['--clients'], '--clients needs a value'],
    [['--resume', 'yes'], '--resume is a switch and takes no value, not "yes"'],
    [['--extra-body', '{'], '--extra-body: not JSON: {'],
    [['loose'], '"loose" is no option'],
    [['--no-clients'], '--no-clients: only switches can be negated'],
    [['--threshold', 'ttft'], '"ttft" is no threshold'],
    [['--threshold', 'ttft.p99<1..2'], '"ttft.p99<1..2" is no threshold'],
    [['--objective', 'ttft<.'], '"ttft<." is no objective'],
    [['--header', 'x'], "--header: no header without a colon; write --header 'name: value'"],
    [['--header', 'a b: c'], '--header: "a b" is no name of a header; write'],
    [['-z'], 'unknown option -z. All options'],
  ])('%s is refused', (words, text) => {
    expect(message(() => parseFlags(words))).toContain(text)
  })
})

describe('bench files', () => {
  test('defaults are those of the original', () => {
    const bench = parse({ backends: ['vllm'] })
    expect(bench).toMatchObject({
      promptTokens: [2600],
      outputTokens: [60],
      promptTokensVar: 0.3,
      topP: 0.9,
      temperature: 1,
      seed: 42,
    })
    expect(bench.clients).toEqual([1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32])
  })

  test.each([
    [{ backends: ['vllm'], clinets: [1] }, [], 'x.bench.ts: unknown key "clinets"; did you mean "clients"?'],
    [{ backends: ['vllm'], clients: [0] }, [], 'x.bench.ts: clients.0: 0 is not allowed; more than 0'],
    [
      { backends: ['vllm'], tags: ['quick'] },
      [],
      'x.bench.ts: tags.0: "quick" is not allowed; one of smoke, full, cpu, gpu',
    ],
    [{}, [], 'x.bench.ts: backends: is missing; needs a text'],
    [{ backends: ['vllm'] }, ['--max-error-rate', '2'], '--max-error-rate: 2 is not allowed; at most 1'],
    [{ backends: ['vllm'] }, ['--endpoint', 'chats'], '--endpoint: "chats" is not allowed; one of completions, chat'],
    [
      { backends: ['vllm'], clients: [Infinity] },
      [],
      'x.bench.ts: clients: [ Infinity ] is not allowed; needs a number',
    ],
    [
      { backends: ['vllm'], header: { 'x-key': 'secret\nx: y' } },
      [],
      'x.bench.ts: header.x-key: is not allowed; one line of Latin-1 characters',
    ],
  ])('%j %j is one line', (input, words, text) => {
    expect(message(() => parse(input, words))).toBe(text)
  })

  test('a value that JSON has no word for is shown all the same', () => {
    expect(message(() => parse({ backends: ['vllm'], seed: 1n }))).toBe(
      'x.bench.ts: seed: 1n is not allowed; needs a number',
    )
  })

  test.each(['..', '.', '.old', 'runs', 'Plots', 'report.html', 'a/b', ''])('no result is labelled "%s"', (label) => {
    expect(message(() => parse({ backends: ['vllm'] }, [`--label=${label}`]))).toMatch(
      /^--label: ".*" is not allowed; /,
    )
  })

  test('clients on the command line replace the load shape of the file', () => {
    const bench = parse({ backends: ['vllm'], load: closedLoop({ clients: [3] }) }, ['--clients', '5'])
    expect(labels(bench)).toEqual(['prompt=2600 gen=60 clients=5'])
  })

  test('thresholds of file and command line add up', () => {
    const bench = parse({ backends: ['vllm'], thresholds: { 'ttft.p99': { max: 1 } } }, [
      '--threshold',
      'request_throughput>2',
    ])
    expect(bench.thresholds).toEqual({ 'ttft.p99': { max: 1 }, request_throughput: { min: 2 } })
  })

  test('run options have defaults', () => {
    expect(parseRunOptions({})).toMatchObject({ outDir: 'results', resume: false, lock: true })
  })
})

describe('expansion', () => {
  test('is the product of the server dimensions, then of the lengths and clients', () => {
    const bench = parse({
      backends: ['vllm'],
      tensorParallel: [1, 2],
      promptTokens: [10, 20],
      outputTokens: [5],
      clients: [1, 8],
    })
    const configurations = expandBench('m', bench, backends)
    expect(configurations.map((each) => each.label)).toEqual([
      'vllm tp=1 bs=768 replicas=1',
      'vllm tp=2 bs=768 replicas=1',
    ])
    expect(configurations[0]?.points.map((each) => each.label)).toEqual([
      'prompt=10 gen=5 clients=1',
      'prompt=10 gen=5 clients=8',
      'prompt=20 gen=5 clients=1',
      'prompt=20 gen=5 clients=8',
    ])
  })

  test('requests default to four a client and 32', () => {
    const points = expandBench('m', parse({ backends: ['vllm'], clients: [1, 8] }), backends)[0]?.points
    expect(points?.map((each) => each.requests)).toEqual([36, 64])
  })

  test('a backend entry overrides the swept dimensions for itself', () => {
    const bench = parse({ backends: [{ name: 'vllm', maxRaggedBatchSize: [256, 512] }, 'llamacpp'] })
    expect(expandBench('m', bench, backends).map((each) => each.label)).toEqual([
      'vllm tp=1 bs=256 replicas=1',
      'vllm tp=1 bs=512 replicas=1',
      'llamacpp',
    ])
  })

  test('a parameter that the backend does not have is refused with those it has', () => {
    const bench = parse({ backends: [{ name: 'llamacpp', thread: 2 }] })
    expect(message(() => expandBench('m', bench, backends))).toContain('backend llamacpp has no parameter "thread"')
  })

  test('an unknown backend names the known ones', () => {
    expect(message(() => expandBench('m', parse({ backends: ['vlm'] }), backends))).toBe(
      'm: unknown backend "vlm"; did you mean "vllm"? known: vllm, llamacpp',
    )
  })
})

test('the help names every flag of the original with its own name', () => {
  const text = helpText()
  for (const flag of [
    '--tp_size',
    '--max_ragged_batch_size',
    '--num_replicas',
    '--max_prompt_length',
    '--mean_prompt_length',
  ]) {
    expect(text).toContain(flag)
  }
})
