import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { plainDetails } from '../grpc/details.ts'
import type { LaunchContext, ServerParameters, Target } from './backend.ts'
import { packArguments } from './fastgen/keyword-arguments.ts'
import { serveArguments } from './fastgen/serve-arguments.ts'
import { fastgen } from './fastgen.ts'
import { turnOf } from './testing/drive.ts'

const parameters: ServerParameters = {
  tensorParallel: 1,
  maxRaggedBatchSize: 768,
  replicas: 1,
  own: {},
  serverArgs: [],
  env: {},
}

async function configOf(more: Partial<ServerParameters>): Promise<{ serve: Record<string, unknown> }> {
  const context: LaunchContext = {
    model: 'org/model',
    parameters: { ...parameters, ...more },
    ports: [9001],
    maxTotalTokens: 4000,
    maxConcurrency: 8,
  }
  const launched = await fastgen.launch?.(context)
  return JSON.parse(launched?.argv[2] ?? '') as { serve: Record<string, unknown> }
}

describe('launch', () => {
  test.each([
    [{}, [0, 1, 2, 3, 4]],
    [{ tensorParallel: 2, replicas: 2 }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 108]],
  ])('ports that lie together %j', (more, offsets) => {
    expect(fastgen.ownReplicas?.portOffsets({ ...parameters, ...more })).toEqual(offsets)
  })

  test("no two of a deployment's servers share a port", async () => {
    const { serve } = await configOf({ tensorParallel: 2, replicas: 3 })
    const { port_number: balancer, zmq_port_number: zmq, torch_dist_port: torch } = serve as Record<string, number>
    const replicas = Array.from({ length: 6 }, (_, at) => balancer! + 1 + at)
    const perReplica = [0, 1, 2].flatMap((at) => [zmq! + at, torch! + 100 * at])
    const all = [balancer!, ...replicas, ...perReplica]
    expect(new Set(all).size).toBe(all.length)
    const offsets = fastgen.ownReplicas?.portOffsets({ ...parameters, tensorParallel: 2, replicas: 3 }) ?? []
    expect(offsets.map((offset) => 9001 + offset)).toEqual(expect.arrayContaining(all))
  })

  test("the user's words are keywords of mii.serve, nested ones too", async () => {
    const words = '--max-length 4096 --inference-engine-config.state-manager.max-context 512 --hostfile=/h --flag'
    const { serve } = await configOf({ serverArgs: words.split(' ') })
    expect(serve).toMatchObject({
      max_length: 4096,
      hostfile: '/h',
      flag: true,
      inference_engine_config: { state_manager: { max_ragged_batch_size: 768, max_context: 512 } },
    })
  })

  test('a word that is no keyword', () => {
    expect(() => serveArguments(['oops'])).toThrow(
      new UserError(`fastgen: server argument "oops" is no --name. Write mii.serve's keywords: --max-length 4096`, 2),
    )
  })
})

const target = (more: Partial<Target> = {}): Target => ({
  backendId: 'fastgen',
  endpoints: [{ url: 'grpc://127.0.0.1:1' }],
  model: 'org/model',
  route: 'completions',
  stream: true,
  headers: {},
  extraBody: {},
  sampling: { temperature: 1, topP: 0.9, seed: 42 },
  ...more,
})
const kwargsOf = (more: Partial<Target> = {}) => {
  const { body } = fastgen.request(turnOf(7), target(more), {} as never)
  return (JSON.parse(body) as { query_kwargs: Record<string, unknown> }).query_kwargs
}

describe('requests', () => {
  test('a fraction is sent as one even where it is whole, a count never', () => {
    expect(kwargsOf()).toEqual({
      max_new_tokens: { ivalue: 7 },
      ignore_eos: { bvalue: true },
      do_sample: { bvalue: true },
      temperature: { fvalue: 1 },
      top_p: { fvalue: 0.9 },
      stream: { bvalue: true },
    })
  })

  test('greedy requests have the same keys as sampled ones, as the scheduler dies of a mixture', () => {
    const greedy = kwargsOf({ sampling: { temperature: 0, topP: 0.9, seed: 1 } })
    expect(Object.keys(greedy)).toEqual(Object.keys(kwargsOf()))
    expect(greedy).toMatchObject({ do_sample: { bvalue: false }, temperature: { fvalue: 1 } })
  })

  test('the whole-answer method is never told to stream, which would poison a thread of the server', () => {
    expect(kwargsOf({ stream: false })).not.toHaveProperty('stream')
    expect(() => kwargsOf({ stream: false, extraBody: { stream: true } })).toThrow(/^fastgen: MII takes no "stream"/)
  })

  test.each([
    [{ foo: 1 }, /^fastgen: MII takes no "foo"; it knows: do_sample, ignore_eos, .*top_p$/],
    [{ stop: ['a'] }, /^fastgen: "stop": \["a"\] cannot be sent to MII/],
    [{ top_k: null }, /^fastgen: "top_k": null cannot be sent to MII/],
  ])('what MII would hang on is refused here: %j', (extraBody, message) => {
    expect(() => kwargsOf({ extraBody })).toThrow(message)
  })

  test('values keep their type', () => {
    expect(packArguments({ stop: 'end', top_k: 5, return_full_text: false, top_p: 1 })).toEqual({
      stop: { svalue: 'end' },
      top_k: { ivalue: 5 },
      return_full_text: { bvalue: false },
      top_p: { fvalue: 1 },
    })
  })

  test('there is no chat', () => {
    expect(() => kwargsOf({ route: 'chat' })).toThrow('fastgen: MII knows prompts, but no chat messages')
  })
})

const recorded = JSON.parse(readFileSync(new URL('fixtures/mii-errors.json', import.meta.url), 'utf8')) as Record<
  string,
  { details: string }
>

test.each([
  ['unaryBadKey', /^1 validation error for GenerateParamsConfig foo Extra inputs are not permitted \[/],
  [
    'unaryTooLong',
    /^1 validation error for GenerateParamsConfig Assertion failed, max_length \(2048\) must be greater/,
  ],
  ['unaryTypeBad', /^1 validation error for GenerateParamsConfig max_new_tokens Input should be a valid integer/],
  ['down', /^connect ECONNREFUSED 127\.0\.0\.1:5999$/],
])('what an error of the real server says at heart: %s', (name, words) => {
  expect(plainDetails(recorded[name]?.details ?? '')).toMatch(words)
})
