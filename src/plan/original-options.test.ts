import { expect, test } from 'vitest'
import { backends } from '../backends/index.ts'
import { expandBench } from './expand.ts'
import { isSuiteFlag, parseFlags } from './flags.ts'
import { parseBench, parseRunOptions } from './parse-bench.ts'

/** Each option of both generations as their argument parsers have it, and the option that it sets. */
const second: [string, object][] = [
  ['--model M', { model: 'M' }],
  ['--backend fastgen', { backends: ['fastgen'] }],
  ['--tp_size 1 2', { tensorParallel: [1, 2] }],
  ['--max_ragged_batch_size 768', { maxRaggedBatchSize: [768] }],
  ['--num_replicas 2', { replicas: [2] }],
  ['--max_prompt_length 4000', { maxPromptTokens: 4000 }],
  ['--mean_prompt_length 1200 2600', { promptTokens: [1200, 2600] }],
  ['--mean_max_new_tokens 60 128', { outputTokens: [60, 128] }],
  ['--num_clients 1 2 4', { clients: [1, 2, 4] }],
  ['--num_requests 256', { requests: 256 }],
  ['--prompt_length_var 0.3', { promptTokensVar: 0.3 }],
  ['--max_new_tokens_var 0.3', { outputTokensVar: 0.3 }],
  ['--warmup 1', { warmup: 1 }],
  ['--use_thread', { loadThreads: 'auto' }],
  ['--stream', { stream: true }],
  ['--deployment_name D', { deploymentName: 'D' }],
  ['--openai_api_url http://h:1', { baseUrl: 'http://h:1' }],
  ['--aml_api_url http://h:1', { baseUrl: 'http://h:1' }],
  ['--fp6', { fp6: true }],
]
const first: [string, object][] = [
  ['--model_name M', { model: 'M' }],
  ['-d D', { deploymentName: 'D' }],
  ['-m 4', { tensorParallel: [4] }],
  ['--tensor_parallel 4', { tensorParallel: [4] }],
  ['-b 768', { maxRaggedBatchSize: [768] }],
  ['--ragged_batch_size 768', { maxRaggedBatchSize: [768] }],
  ['-r 2', { replicas: [2] }],
  ['--replica_num 2', { replicas: [2] }],
  ['-k 60', { outputTokens: [60] }],
  ['-k60', { outputTokens: [60] }],
  ['--max_new_tokens 60', { outputTokens: [60] }],
  ['-n 512', { requests: 512 }],
  ['--num_queries 512', { requests: 512 }],
  ['-w 1', { warmup: 1 }],
  ['-c 2', { clients: [2] }],
  ['--client_num 2', { clients: [2] }],
  ['-l 2600', { promptTokens: [2600] }],
  ['--prompt_length 2600', { promptTokens: [2600] }],
  ['--vllm', { backends: ['vllm'] }],
  ['--no_model_defaults', {}],
  ['-o logs.x/y.json', {}],
  ['--out_json_path logs.x/y.json', {}],
  ['-t text-generation', {}],
  ['--task text-generation', {}],
]

test.each([...second, ...first])('%s', (line, bench) => {
  const words = line.split(' ')
  const flags = parseFlags(words)
  expect(flags.bench).toEqual(bench)
  // What has no meaning here is explained in a line.
  expect(flags.notes).toHaveLength(Object.keys(bench).length > 0 ? 0 : 1)
  expect(flags.notes.join('')).not.toContain('\n')
  expect(() => parseBench('x.bench.ts', { backends: ['fastgen'] }, flags.bench)).not.toThrow()
  expect(isSuiteFlag(words[0] ?? '')).toBe(words[0] !== '-t')
})

test('options of the run', () => {
  const { run } = parseFlags(['--out_json_dir', './r/', '--client_only', '--overwrite_results'])
  expect(parseRunOptions(run)).toMatchObject({ outDir: './r/', clientOnly: true, overwrite: true })
})

test("the first generation's command line of a client, whole", () => {
  const words = '-w 1 -d llama2-7b-tp1-b768 -n 512 -c 16 -k 128 -l 1200 -o logs.d/d.json --vllm --stream'.split(' ')
  expect(parseFlags(words).bench).toEqual({
    warmup: 1,
    deploymentName: 'llama2-7b-tp1-b768',
    requests: 512,
    clients: [16],
    outputTokens: [128],
    promptTokens: [1200],
    backends: ['vllm'],
    stream: true,
  })
})

const own = (...words: string[]) => {
  const bench = parseBench('x.bench.ts', { backends: ['fastgen'], model: 'M' }, parseFlags(words).bench)
  return expandBench('x', bench, backends)[0]?.parameters.own
}

test('--fp6 and --deployment_name reach the backends that have them', () => {
  expect(own('--fp6', '-d', 'D')).toMatchObject({ quantizationMode: 'wf6af16', deploymentName: 'D' })
  expect(own('-d', 'D', '--backend', 'vllm')).not.toHaveProperty('deploymentName')
  expect(() => own('--fp6', '--vllm')).toThrow(/^--fp6: backend vllm has no weights of 6 bits; known: fastgen$/)
})

test('a switch of the original takes no value', () => {
  expect(() => parseFlags(['--vllm', 'yes'])).toThrow(/--vllm is a switch/)
})
