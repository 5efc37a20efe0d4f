import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import type { Backend, LaunchContext, ServerParameters } from './backend.ts'
import { backends } from './index.ts'
import { launchesOf } from './replicas.ts'

const parameters: ServerParameters = {
  tensorParallel: 1,
  maxRaggedBatchSize: 768,
  replicas: 1,
  own: {},
  serverArgs: [],
  env: {},
}
const context: LaunchContext = {
  model: 'org/model',
  parameters,
  ports: [9001],
  maxTotalTokens: 4000,
  maxConcurrency: 8,
}
const launchOf = async (backend: Backend, more: Partial<ServerParameters> = {}, rest: Partial<LaunchContext> = {}) => {
  const launched = await backend.launch?.({ ...context, parameters: { ...parameters, ...more }, ...rest })
  if (!launched) throw new Error('no launch')
  return launched
}
const line = async (...given: Parameters<typeof launchOf>) => (await launchOf(...given)).argv.join(' ')

test('vllm with a prefix cache shows what the cache found and can be reset', async () => {
  const { argv, env } = await launchOf(backends.vllm, { own: { enablePrefixCaching: true } })
  expect(argv).toEqual(expect.arrayContaining(['--enable-prefix-caching', '--enable-prompt-tokens-details']))
  expect(env).toMatchObject({ VLLM_SERVER_DEV_MODE: '1' })
})

test('vllm without a prefix cache, by default', async () => {
  const { argv, env } = await launchOf(backends.vllm)
  expect(argv).toContain('--no-enable-prefix-caching')
  expect(env).not.toHaveProperty('VLLM_SERVER_DEV_MODE')
})

test('vllm takes every server parameter', async () => {
  const own = {
    maxNumSeqs: 16,
    maxModelLen: 8192,
    quantization: 'fp8',
    dtype: 'bfloat16',
    loadFormat: 'dummy',
    kvCacheDtype: 'fp8',
    gpuMemoryUtilization: 0.8,
    enforceEager: true,
  }
  const more = { own, tensorParallel: 2, maxRaggedBatchSize: 512 }
  expect(await line(backends.vllm, { ...more, serverArgs: ['--seed', '0'] })).toBe(
    'vllm serve org/model --host 127.0.0.1 --port 9001 --tensor-parallel-size 2 --max-num-batched-tokens 512 --max-num-seqs 16 --max-model-len 8192 --quantization fp8 --dtype bfloat16 --load-format dummy --kv-cache-dtype fp8 --gpu-memory-utilization 0.8 --no-enable-prefix-caching --enforce-eager --generation-config vllm --disable-uvicorn-access-log --seed 0',
  )
})

test('vllm-legacy', async () => {
  expect(await line(backends['vllm-legacy'], { tensorParallel: 4, maxRaggedBatchSize: 128 })).toBe(
    'python3 -m vllm.entrypoints.api_server --model org/model --host 127.0.0.1 --port 9001 --tensor-parallel-size 4 --max-num-batched-tokens 128 --max-num-seqs 128',
  )
})

test.each([
  [true, '--enable-prefix-caching'],
  [false, '--no-enable-prefix-caching'],
])('vllm-legacy sets the prefix cache only where asked (%s)', async (enablePrefixCaching, flag) => {
  expect((await launchOf(backends['vllm-legacy'], { own: { enablePrefixCaching } })).argv).toContain(flag)
  expect((await launchOf(backends['vllm-legacy'])).argv).not.toContain(flag)
})

test('sglang', async () => {
  expect(await line(backends.sglang, { tensorParallel: 2 })).toBe(
    'python3 -m sglang.launch_server --model-path org/model --host 127.0.0.1 --port 9001 --tp 2 --chunked-prefill-size 768 --disable-radix-cache --enable-metrics --log-level-http warning',
  )
})

test('sglang with a cache, incremental streams and limits', async () => {
  const own = { enableRadixCache: true, incrementalStreamingOutput: true, maxRunningRequests: 32, device: 'cpu' }
  const { argv } = await launchOf(backends.sglang, { own })
  expect(argv).not.toContain('--disable-radix-cache')
  expect(argv.join(' ')).toContain('--max-running-requests 32 --device cpu --incremental-streaming-output')
})

test('tgi has no prefix cache, and time to finish what is in flight', async () => {
  const { argv, env, stop } = await launchOf(backends.tgi, { tensorParallel: 4 })
  expect(argv.join(' ')).toBe(
    'text-generation-launcher --model-id org/model --hostname 127.0.0.1 --port 9001 --num-shard 4 --max-concurrent-requests 128',
  )
  expect(env).toEqual({ PREFIX_CACHING: '0', USE_PREFIX_CACHING: '0' })
  expect(stop.graceSeconds).toBeGreaterThan(90)
})

test('tgi with limits of its own', async () => {
  const own = { maxInputTokens: 2000, maxTotalTokens: 2048, maxBatchPrefillTokens: 4096, quantize: 'fp8' }
  expect(await line(backends.tgi, { own })).toContain(
    '--max-input-tokens 2000 --max-total-tokens 2048 --max-batch-prefill-tokens 4096 --quantize fp8',
  )
})

test('llama-server and ollama hold at most sixteen contexts of themselves', async () => {
  expect(await line(backends['llama-server'], {}, { maxConcurrency: 100 })).toContain('--parallel 16')
  const { env } = await launchOf(backends.ollama, {}, { maxConcurrency: 300 })
  expect(env).toMatchObject({ OLLAMA_NUM_PARALLEL: '16', OLLAMA_MAX_QUEUE: '600' })
})

test('tgi takes more clients than its default', async () => {
  expect(await line(backends.tgi, {}, { maxConcurrency: 500 })).toContain('--max-concurrent-requests 1000')
})

test('llama-server divides its context among the slots', async () => {
  expect(await line(backends['llama-server'], {}, { model: '/models/a.gguf' })).toBe(
    'llama-server --model /models/a.gguf --alias /models/a.gguf --host 127.0.0.1 --port 9001 --ctx-size 32512 --parallel 8 --batch-size 768 --n-gpu-layers 999 --no-webui --metrics --slots',
  )
})

test('llama-server with a model of the hub and settings of its own', async () => {
  const own = { slots: 2, contextLength: 1000, threads: 3, gpuLayers: 0, physicalBatchSize: 64 }
  expect(await line(backends['llama-server'], { own, maxRaggedBatchSize: 128 })).toContain(
    '--hf-repo org/model --alias org/model --host 127.0.0.1 --port 9001 --ctx-size 2000 --parallel 2 --batch-size 128 --ubatch-size 64 --threads 3 --n-gpu-layers 0',
  )
})

test('ollama is told everything by its environment', async () => {
  const { argv, env, readiness } = await launchOf(backends.ollama, { env: { OLLAMA_DEBUG: '1' } })
  expect(argv).toEqual(['ollama', 'serve'])
  expect(env).toEqual({
    OLLAMA_HOST: '127.0.0.1:9001',
    OLLAMA_NUM_PARALLEL: '8',
    OLLAMA_MAX_QUEUE: '512',
    OLLAMA_CONTEXT_LENGTH: '4064',
    OLLAMA_KEEP_ALIVE: '-1',
    OLLAMA_DEBUG: '1',
  })
  expect(readiness.url).toBe('http://127.0.0.1:9001/')
})

test('ollama with settings of its own', async () => {
  const own = { numParallel: 2, contextLength: 512, kvCacheType: 'q8_0', models: '/m' }
  expect((await launchOf(backends.ollama, { own })).env).toMatchObject({
    OLLAMA_NUM_PARALLEL: '2',
    OLLAMA_CONTEXT_LENGTH: '512',
    OLLAMA_KV_CACHE_TYPE: 'q8_0',
    OLLAMA_MODELS: '/m',
  })
})

test('trtllm', async () => {
  const own = { maxSeqLen: 4096, config: 'extra.yml' }
  expect(await line(backends.trtllm, { tensorParallel: 8, own })).toBe(
    'trtllm-serve org/model --backend pytorch --host 127.0.0.1 --port 9001 --tp_size 8 --max_num_tokens 768 --enable_chunked_prefill --max_seq_len 4096 --config extra.yml',
  )
})

test('lmdeploy', async () => {
  expect(await line(backends.lmdeploy, { tensorParallel: 2, own: { backend: 'pytorch', quantPolicy: 8 } })).toBe(
    'lmdeploy serve api_server org/model --server-name 127.0.0.1 --server-port 9001 --model-name org/model --backend pytorch --tp 2 --max-prefill-token-num 768 --quant-policy 8',
  )
})

test('transformers', async () => {
  expect(await line(backends.transformers, { own: { device: 'cpu', continuousBatching: true } })).toBe(
    'transformers serve org/model --host 127.0.0.1 --port 9001 --device cpu --continuous-batching --model-timeout 86400',
  )
})

const launched = Object.values<Backend>(backends).filter((backend) => backend.launch && backend.id !== 'llamacpp')

test.each(launched.filter(({ id }) => id !== 'fastgen').map((backend) => [backend.id, backend] as const))(
  "%s gets the user's words",
  async (_, backend) => {
    expect((await launchOf(backend, { serverArgs: ['--extra', 'x'] })).argv.slice(-2)).toEqual(['--extra', 'x'])
  },
)

describe.each(launched.map((backend) => [backend.id, backend] as const))('%s', (_, backend) => {
  test("gets the user's variables, and the port", async () => {
    const { env, endpoints, readiness } = await launchOf(backend, { env: { A: 'b' } })
    expect(env).toMatchObject({ A: 'b' })
    expect(endpoints.map(({ url }) => new URL(url).host)).toEqual(['127.0.0.1:9001'])
    expect(new URL(readiness.url).hostname).toBe('127.0.0.1')
  })

  test('ends its base url as its requests need it', async () => {
    const { endpoints } = await launchOf(backend)
    const isVersioned = endpoints.every(({ url }) => url.endsWith('/v1'))
    expect(isVersioned).toBe((backend.baseUrl ?? 'openai') === 'openai')
  })

  test('says in one line what to install', async () => {
    expect((await launchOf(backend)).missing).toMatch(/^[^\n]{10,120}$/)
  })

  test('asks to stop by a signal that servers know, with time to do so', async () => {
    const { stop } = await launchOf(backend)
    expect(stop.signal).toBe('SIGTERM')
    expect(stop.graceSeconds).toBeGreaterThanOrEqual(10)
  })

  test('a tensor-parallel degree is used or refused, never ignored', async () => {
    const one = JSON.stringify(await launchOf(backend))
    const three = await launchOf(backend, { tensorParallel: 3 }).then(JSON.stringify, (error: unknown) => error)
    expect(three instanceof UserError).toBe(!backend.dimensions.includes('tp'))
    expect(three).not.toBe(one)
  })

  test('replicas are its own, or servers on ports of their own', async () => {
    const three = { ...context, parameters: { ...parameters, replicas: 3 }, ports: [9001, 9002, 9003] }
    const launches = await launchesOf(backend, three, undefined)
    expect(launches).toHaveLength(backend.ownReplicas ? 1 : 3)
    const addresses = launches.flatMap(({ endpoints }) => endpoints.map(({ url }) => new URL(url).port))
    expect(addresses).toEqual(backend.ownReplicas ? ['9001'] : ['9001', '9002', '9003'])
    const isTheSame = JSON.stringify(launches[0]?.argv) === JSON.stringify((await launchOf(backend)).argv)
    expect(isTheSame).toBe(!backend.ownReplicas)
  })
})

describe('GPUs of replicas', () => {
  const gpusOf = async (id: 'vllm' | 'llama-server', visible?: string, env: Record<string, string> = {}) => {
    const three = { ...parameters, replicas: 3, tensorParallel: id === 'vllm' ? 2 : 1, env }
    const launches = await launchesOf(backends[id], { ...context, parameters: three, ports: [1, 2, 3] }, visible)
    return launches.map((launch) => launch.env['CUDA_VISIBLE_DEVICES'])
  }
  test('are as many as the tensor-parallel degree says, each in one replica', async () => {
    expect(await gpusOf('vllm')).toEqual(['0,1', '2,3', '4,5'])
  })
  test('are those that are visible', async () => {
    expect(await gpusOf('vllm', '7, 5,3,1,GPU-a,GPU-b,9')).toEqual(['7,5', '3,1', 'GPU-a,GPU-b'])
  })
  test('must be there', async () => {
    await expect(gpusOf('vllm', '0,1')).rejects.toThrow(
      new UserError('vllm: replicas x tensor-parallel degree needs 6 GPUs, there are 2 (0,1)', 2),
    )
  })
  test("are left to the bench's own environment, and to servers without a degree", async () => {
    expect(await gpusOf('vllm', undefined, { CUDA_VISIBLE_DEVICES: '4' })).toEqual(['4', '4', '4'])
    expect(await gpusOf('llama-server')).toEqual([undefined, undefined, undefined])
  })
})

test('a refused dimension is said in one line', async () => {
  await expect(launchOf(backends.ollama, { tensorParallel: 4 })).rejects.toThrow(
    new UserError('ollama: has no tensor parallelism: 4 is not possible. Use --tensor-parallel 1', 2),
  )
})
