import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import type { Backend, DecoderModule, LaunchContext, ServerParameters } from './backend.ts'
import { backendIds, backends, backendTags, findBackend } from './index.ts'

/** Files of this folder that are no backend. */
const support = ['auth', 'redactor', 'replicas', 'backend', 'base-url', 'index', 'probe-http', 'trust']
const list: readonly Backend[] = Object.values(backends)

test('every file of the folder is a registered backend or named support', () => {
  const files = readdirSync(fileURLToPath(new URL('.', import.meta.url)), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.includes('.test.'))
    .map((entry) => entry.name.replace(/\.ts$/, ''))
  expect(files.sort()).toEqual([...support, ...backendIds].sort())
})

test.each(Object.entries(backends))('%s is registered under its id', (id, backend) => {
  expect(backend.id).toBe(id)
})

test('labels and styles tell backends apart', () => {
  for (const key of [(b: Backend) => b.label, (b: Backend) => b.style.color, (b: Backend) => b.style.marker]) {
    expect(new Set(list.map(key)).size).toBe(list.length)
  }
})

test("labels and styles of the original's backends are the original's", () => {
  const shown = (['vllm', 'fastgen', 'openai'] as const).map((id) => [backends[id].label, backends[id].style])
  expect(shown).toEqual([
    ['vLLM', { color: 'orange', marker: 'x' }],
    ['DeepSpeed-FastGen', { color: 'blue', marker: 'o' }],
    ['openai-API', { color: 'red', marker: '+' }],
  ])
})

test('names and tags follow from the list', () => {
  expect(backendTags).toContain('backend/llamacpp')
  expect(backendTags).toHaveLength(backendIds.length)
  expect(findBackend('openai')).toBe(backends.openai)
  expect(() => findBackend('toString')).toThrow(
    new UserError(`unknown backend "toString"; known: ${Object.keys(backends).join(', ')}`, 2),
  )
})

test.each(list.map((backend) => [backend.id, backend] as const))(
  'the decoder of %s can be imported',
  async (_, backend) => {
    const module = (await import(backend.decoderModule)) as DecoderModule
    expect(Object.keys(module)).toContain('createDecoder')
  },
)

describe('launch', () => {
  const parameters: ServerParameters = {
    tensorParallel: 4,
    maxRaggedBatchSize: 768,
    replicas: 2,
    own: {},
    serverArgs: ['--extra', 'x'],
    env: { A: 'b' },
  }
  const context: LaunchContext = {
    model: 'org/model',
    parameters,
    ports: [9001, 9002],
    maxTotalTokens: 4000,
    maxConcurrency: 8,
  }
  const launch = async (backend: Backend, more: Partial<LaunchContext> = {}) => {
    const launched = await backend.launch?.({ ...context, ...more })
    if (!launched) throw new Error('no launch')
    return launched
  }
  const flagValue = (argv: readonly string[], flag: string) => argv[argv.indexOf(flag) + 1]

  test('vllm', async () => {
    const launched = await launch(backends.vllm)
    expect(launched.argv.join(' ')).toBe(
      'vllm serve org/model --host 127.0.0.1 --port 9001 --tensor-parallel-size 4 --max-num-batched-tokens 768 --max-num-seqs 256 --no-enable-prefix-caching --generation-config vllm --disable-uvicorn-access-log --extra x',
    )
    expect(launched.endpoints).toEqual([{ url: 'http://127.0.0.1:9001/v1' }])
    expect(launched.env).toMatchObject({ A: 'b' })
  })

  test('vllm with other parameters', async () => {
    const { argv } = await launch(backends.vllm, {
      ports: [1234],
      parameters: { ...parameters, maxRaggedBatchSize: 64, own: { enablePrefixCaching: true, loadFormat: 'dummy' } },
    })
    expect(argv).toEqual(expect.arrayContaining(['--enable-prefix-caching', '--load-format', 'dummy']))
    expect([flagValue(argv, '--port'), flagValue(argv, '--max-num-seqs')]).toEqual(['1234', '64'])
  })

  test('fastgen', async () => {
    const { argv, readiness } = await launch(backends.fastgen, { parameters: { ...parameters, serverArgs: [] } })
    expect(argv[0]).toBe('python3')
    expect(argv[1]).toMatch(/\/fastgen\/launcher\.py$/)
    expect(JSON.parse(argv[2] ?? '')).toEqual({
      model: 'org/model',
      status_port: 9010,
      replicas: 2,
      serve: {
        deployment_name: 'benchmark-deployment',
        tensor_parallel: 4,
        replica_num: 2,
        port_number: 9001,
        zmq_port_number: 9011,
        torch_dist_port: 9013,
        inference_engine_config: {
          tensor_parallel: { tp_size: 4 },
          state_manager: { max_ragged_batch_size: 768, max_ragged_sequence_count: 512 },
        },
      },
    })
    expect(readiness.url).toBe('http://127.0.0.1:9010/')
  })

  test('fastgen with 6-bit weights', async () => {
    const { argv } = await launch(backends.fastgen, {
      parameters: { ...parameters, serverArgs: [], maxRaggedBatchSize: 128, own: { quantizationMode: 'wf6af16' } },
    })
    expect(JSON.parse(argv[2] ?? '')).toMatchObject({
      serve: {
        quantization_mode: 'wf6af16',
        inference_engine_config: { state_manager: { max_ragged_sequence_count: 128 } },
      },
    })
  })

  test('llamacpp has a slot for each client and room for the longest request', async () => {
    const { argv, endpoints, readiness, env } = await launch(backends.llamacpp, { model: 'servemark/llama-15m' })
    expect(argv[0]).toBe(process.execPath)
    expect(['--model', '--port', '--slots', '--max-model-len'].map((flag) => flagValue(argv, flag))).toEqual([
      'servemark/llama-15m',
      '9001',
      '8',
      '4064',
    ])
    expect(argv.slice(-2)).toEqual(['--extra', 'x'])
    expect(endpoints).toEqual([{ url: 'http://127.0.0.1:9001/v1' }])
    expect(readiness.url).toBe('http://127.0.0.1:9001/health')
    expect(env).toMatchObject({ A: 'b', UV_THREADPOOL_SIZE: '1' })
  })

  test('llamacpp with many clients and short requests', async () => {
    const { argv } = await launch(backends.llamacpp, {
      model: 'servemark/llama-38m',
      maxConcurrency: 100,
      maxTotalTokens: 20,
      parameters: { ...parameters, own: { threads: 3, maxNumBatchedTokens: 99 } },
    })
    expect(
      ['--slots', '--max-model-len', '--threads', '--max-num-batched-tokens'].map((flag) => flagValue(argv, flag)),
    ).toEqual(['16', '256', '3', '99'])
  })

  test("llamacpp serves a user's file under the file's name", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'servemark-'))
    const model = join(folder, 'mine-q4.GGUF')
    writeFileSync(model, 'GGUF')
    const { argv } = await launch(backends.llamacpp, { model })
    rmSync(folder, { recursive: true })
    expect(['--model', '--served-model-name'].map((flag) => flagValue(argv, flag))).toEqual([model, 'mine-q4'])
  })

  test('llamacpp refuses a model that it does not have', async () => {
    await expect(launch(backends.llamacpp)).rejects.toThrow(/model "org\/model" is unknown to the embedded server/)
  })

  test('the caveat is said of random weights only', () => {
    expect(backends.llamacpp.caveat?.('servemark/llama-38m')).toBe(
      'llama.cpp on CPU, randomly initialised weights: speed is real, text is noise',
    )
    expect(backends.llamacpp.caveat?.('/models/mine.gguf')).toBeNull()
  })
})
