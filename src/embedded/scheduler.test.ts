import { expect, test } from 'vitest'
import type { FinishReason, GenerationRequest, SchedulerObserver } from './scheduler.ts'
import { Scheduler } from './scheduler.ts'
import type { FakeEngineOptions } from './testing/fake-engine.ts'
import { FakeEngine, endToken } from './testing/fake-engine.ts'

const silent: SchedulerObserver = {
  step() {},
  promptTokens() {},
  generatedToken() {},
  firstToken() {},
  finished() {},
}

function setUp(options: FakeEngineOptions = {}, observer = silent) {
  const engine = new FakeEngine(options)
  const scheduler = new Scheduler(engine, observer, () => 0)
  return { engine, scheduler, generate: (request: Partial<Ask> = {}) => generate(scheduler, request) }
}

interface Ask extends Omit<GenerationRequest, 'prompt'> {
  readonly promptLength: number
  /** Cancels when this many tokens have come. */
  readonly cancelAfter: number
  /** Answers "enough" when this many tokens have come. */
  readonly enoughAfter: number
}

interface Outcome {
  readonly tokens: readonly number[]
  readonly end: FinishReason | 'cancelled' | 'enough' | Error
}

function generate(scheduler: Scheduler, ask: Partial<Ask>): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>()
  const tokens: number[] = []
  const request: GenerationRequest = {
    prompt: Array.from({ length: ask.promptLength ?? 1 }, (_, index) => index % 256),
    maxTokens: ask.maxTokens ?? 3,
    minTokens: ask.minTokens ?? 0,
    ignoreEos: ask.ignoreEos ?? false,
    sampling: ask.sampling ?? { temperature: 0, topP: 1, topK: 0, seed: 0 },
  }
  const generation = scheduler.submit(request, {
    token(token, finish) {
      tokens.push(token)
      if (finish !== null) resolve({ tokens, end: finish })
      if (tokens.length === ask.cancelAfter) {
        generation.cancel()
        resolve({ tokens, end: 'cancelled' })
      }
      if (tokens.length === ask.enoughAfter) resolve({ tokens, end: 'enough' })
      return tokens.length !== ask.enoughAfter
    },
    failed: (error) => resolve({ tokens, end: error }),
  })
  return promise
}

/** Tokens of each step by slot, e.g. `0:1 1:4`. */
function shape(engine: FakeEngine): string[] {
  return engine.steps.map((step) => step.map(({ slot, tokens }) => `${slot}:${tokens.length}`).join(' '))
}

test('a step holds all running sequences', async () => {
  const { engine, generate } = setUp()
  await Promise.all([generate(), generate(), generate()])
  expect(engine.steps.map((step) => step.length)).toEqual([3, 3, 3])
})

test('exactly maxTokens come, the last one with "length"', async () => {
  const { generate } = setUp({ output: 'abcde' })
  expect(await generate({ maxTokens: 4 })).toEqual({ tokens: [...Buffer.from('abcd')], end: 'length' })
})

test('each step after the first gives the engine the token sampled last', async () => {
  const { engine, generate } = setUp({ output: 'xyz' })
  await generate({ maxTokens: 3, promptLength: 2 })
  expect(engine.steps.map(([item]) => item?.tokens)).toEqual([[0, 1], [...Buffer.from('x')], [...Buffer.from('y')]])
})

test('a long prompt goes in chunks of the token budget; only its last chunk samples', async () => {
  const { engine, generate } = setUp({ maxBatchedTokens: 4 })
  await generate({ promptLength: 10, maxTokens: 1 })
  expect(shape(engine)).toEqual(['0:4', '0:4', '0:2'])
  expect(engine.steps.map(([item]) => item?.sample)).toEqual([false, false, true])
})

test('the chunks of a prompt are the prompt', async () => {
  const { engine, generate } = setUp({ maxBatchedTokens: 4 })
  await generate({ promptLength: 10, maxTokens: 1 })
  expect(engine.steps.flatMap(([item]) => item?.tokens ?? [])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('prompt chunks fill what generating sequences leave of the budget', async () => {
  const { engine, generate } = setUp({ maxBatchedTokens: 4 })
  await Promise.all([generate({ promptLength: 2, maxTokens: 5 }), generate({ promptLength: 9, maxTokens: 1 })])
  expect(shape(engine)).toEqual(['0:2 1:2', '0:1 1:3', '0:1 1:3', '0:1 1:1', '0:1'])
})

test('several short prompts share a step', async () => {
  const { engine, generate } = setUp({ maxBatchedTokens: 8 })
  await Promise.all([1, 2, 3].map(() => generate({ promptLength: 3, maxTokens: 1 })))
  expect(shape(engine)).toEqual(['0:3 1:3 2:2', '2:1'])
})

test('requests beyond the slots wait, and run in order of arrival', async () => {
  const { scheduler, generate } = setUp({ slots: 1 })
  const order: number[] = []
  const all = [0, 1, 2].map(async (index) => {
    await generate({ maxTokens: 2 })
    order.push(index)
  })
  expect([scheduler.running, scheduler.waiting]).toEqual([0, 3])
  await Promise.all(all)
  expect(order).toEqual([0, 1, 2])
})

test('a waiting request joins in the step after a slot is free', async () => {
  const { engine, generate } = setUp({ slots: 2 })
  await Promise.all([generate({ maxTokens: 1 }), generate({ maxTokens: 4 }), generate({ maxTokens: 2 })])
  expect(shape(engine)).toEqual(['0:1 1:1', '1:1 0:1', '1:1 0:1', '1:1'])
})

test('a cancelled request hears no more and gives its slot to the next', async () => {
  const { engine, scheduler, generate } = setUp({ slots: 1 })
  const [cancelled, next] = await Promise.all([
    generate({ maxTokens: 100, cancelAfter: 2 }),
    generate({ maxTokens: 2 }),
  ])
  expect(cancelled.tokens).toHaveLength(2)
  expect(next.end).toBe('length')
  await scheduler.stop()
  expect(engine.steps).toHaveLength(4)
})

test('a request cancelled while it waits never reaches the engine', async () => {
  const { engine, scheduler, generate } = setUp({ slots: 1 })
  const first = generate({ maxTokens: 2 })
  const waiting = scheduler.submit(
    {
      prompt: [1],
      maxTokens: 9,
      minTokens: 0,
      ignoreEos: true,
      sampling: { temperature: 0, topP: 1, topK: 0, seed: 0 },
    },
    { token: () => expect.fail('a token for a cancelled request'), failed: () => expect.fail('failed') },
  )
  waiting.cancel()
  await first
  await scheduler.stop()
  expect(engine.started).toHaveLength(1)
})

test('an end token stops with "stop" and is counted', async () => {
  const { generate } = setUp({ output: [97, 98, endToken, 99] })
  expect(await generate({ maxTokens: 10 })).toEqual({ tokens: [97, 98, endToken], end: 'stop' })
})

test('ignoreEos goes on past end tokens to exactly maxTokens', async () => {
  const { generate } = setUp({ output: [endToken] })
  expect(await generate({ maxTokens: 5, ignoreEos: true })).toMatchObject({ tokens: { length: 5 }, end: 'length' })
})

test('an end token before minTokens does not stop', async () => {
  const { generate } = setUp({ output: [endToken] })
  expect(await generate({ maxTokens: 9, minTokens: 4 })).toMatchObject({ tokens: { length: 4 }, end: 'stop' })
})

test('a listener that has enough frees the slot', async () => {
  const { engine, scheduler, generate } = setUp()
  await generate({ maxTokens: 50, enoughAfter: 2 })
  await scheduler.stop()
  expect(engine.steps).toHaveLength(2)
})

test('sampling reaches the engine as it is', async () => {
  const { engine, generate } = setUp()
  const sampling = { temperature: 0.7, topP: 0.9, topK: 5, seed: 42 }
  await generate({ sampling })
  expect(engine.started).toEqual([{ slot: 0, sampling }])
})

test('a step that fails fails its requests, and the next request is served', async () => {
  const options = { stepError: new Error('no memory') as Error | undefined, slots: 1 }
  const { generate } = setUp(options as FakeEngineOptions)
  expect((await generate()).end).toEqual(new Error('no memory'))
  options.stepError = undefined
  expect((await generate()).end).toBe('length')
})

test('an engine that cannot empty a slot serves no more', async () => {
  const { scheduler, generate } = setUp({ slots: 1, releaseError: new Error('stuck') })
  const [first, second] = await Promise.all([generate({ maxTokens: 1 }), generate()])
  expect([first.end, second.end]).toEqual(['length', new Error('stuck')])
  expect(scheduler.broken).toEqual(new Error('stuck'))
  expect((await generate()).end).toEqual(new Error('stuck'))
})

test('stop cancels what runs and what waits', async () => {
  const ends: string[] = []
  const observer = { ...silent, finished: (_: number, reason: string) => void ends.push(reason) }
  const { scheduler, generate } = setUp({ slots: 1, stepMilliseconds: 5 }, observer)
  void generate({ maxTokens: 1000 })
  void generate({ maxTokens: 1000 })
  await scheduler.stop()
  expect(ends).toEqual(['abort', 'abort'])
  expect([scheduler.running, scheduler.waiting]).toEqual([0, 0])
})

test('the observer hears every prompt token, token and step once', async () => {
  const seen = { prompt: 0, generated: 0, sequences: 0, first: 0, finished: [] as string[] }
  const { generate } = setUp(
    { maxBatchedTokens: 4 },
    {
      step: (sequences) => void (seen.sequences += sequences),
      promptTokens: (count) => void (seen.prompt += count),
      generatedToken: () => void (seen.generated += 1),
      firstToken: () => void (seen.first += 1),
      finished: (_, reason) => void seen.finished.push(reason),
    },
  )
  await Promise.all([generate({ promptLength: 2, maxTokens: 5 }), generate({ promptLength: 9, maxTokens: 1 })])
  expect(seen).toEqual({ prompt: 11, generated: 6, sequences: 9, first: 2, finished: ['length', 'length'] })
})
