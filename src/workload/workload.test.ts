import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { builtInTextSha256 } from './text.ts'
import { resolveTokenizer, shapeTokenizer } from './tokenizers/index.ts'
import { buildWorkload, type Workload, type WorkloadSpec } from './workload.ts'

const noNetwork = () => Promise.reject(new Error('the network must not be asked'))
const tokenizer = await resolveTokenizer('servemark/llama-15m', { env: {}, fetch: noNetwork })

type Change = Partial<Omit<WorkloadSpec, 'point'>> & { point?: Partial<WorkloadSpec['point']> }

const spec = ({ point, ...change }: Change = {}): WorkloadSpec => ({
  point: {
    promptTokens: 128,
    outputTokens: 32,
    promptTokensVar: 0.3,
    outputTokensVar: 0.3,
    maxPromptTokens: 4000,
    requests: 48,
    warmup: { rounds: 1, maxRounds: 3, agreement: 0.05 },
    prompts: 'salted',
    promptsFile: null,
    salt: null,
    sampling: { temperature: 1, topP: 0.9, seed: 42 },
    ...point,
  },
  pointKey: 'prompt=128 gen=32 clients=4',
  repeat: 0,
  nonce: 'n1',
  warmupPerRound: 4,
  maxTotalTokens: null,
  tokenizer,
  ...change,
})
const all = (workload: Workload) => [...workload.measure, ...workload.warmup]
const prompts = (workload: Workload): string[] => all(workload).map((item) => item.prompt)

describe('salted', () => {
  test('as many requests as asked for, numbered without a gap', async () => {
    const workload = await buildWorkload(spec())
    expect(workload.measure).toHaveLength(48)
    expect(workload.warmup).toHaveLength(12)
    expect(all(workload).map((item) => item.item)).toEqual(Array.from({ length: 60 }, (_, i) => i))
  })

  test('every prompt has exactly its length, and the means are nominal', async () => {
    const { measure, statistics, notes } = await buildWorkload(spec())
    for (const item of measure) {
      expect(item.promptTokens).toBe(item.askedPromptTokens)
      expect(tokenizer.encode(item.prompt)).toHaveLength(item.askedPromptTokens as number)
    }
    expect(statistics).toEqual({
      requests: 48,
      exactPrompts: 48,
      meanPromptTokens: 128,
      meanOutputTokens: 32,
      sharedPrefixTokens: 0,
    })
    expect(notes).toEqual([])
  })

  test('the same nonce makes the same prompts', async () => {
    expect(await buildWorkload(spec())).toEqual(await buildWorkload(spec()))
  })

  test.each([
    ['nonce', { nonce: 'n2' }],
    ['point', { pointKey: 'prompt=128 gen=32 clients=8' }],
    ['repeat', { repeat: 1 }],
  ])('another %s makes none of the same prompts, but equal lengths', async (_, change) => {
    const [one, other] = [await buildWorkload(spec()), await buildWorkload(spec(change))]
    const known = new Set(prompts(one).map((prompt) => prompt.split(' ').slice(0, 4).join(' ')))
    for (const prompt of prompts(other)) expect(known).not.toContain(prompt.split(' ').slice(0, 4).join(' '))
    const lengths = (workload: Workload) => all(workload).map((item) => [item.promptTokens, item.outputTokens])
    expect(lengths(other)).toEqual(lengths(one))
  })

  test("the point's salt replays another run", async () => {
    const replayed = await buildWorkload(spec({ nonce: 'n2', point: { salt: 'n1' } }))
    expect(prompts(replayed)).toEqual(prompts(await buildWorkload(spec())))
    expect(replayed.salt).toBe('n1')
  })

  test('prompts shorter than the salt are said to be salt only', async () => {
    const { notes, statistics } = await buildWorkload(spec({ point: { promptTokens: 5, requests: 20 } }))
    expect(notes).toEqual([
      expect.stringMatching(/^(1 prompt is|\d+ prompts are) shorter than the salt of 8 tokens: salt only$/),
    ])
    expect(statistics.exactPrompts).toBe(20)
  })

  test("the server's limit leaves room for the special tokens", async () => {
    const { measure } = await buildWorkload(spec({ maxTotalTokens: 200 }))
    const longest = Math.max(...measure.map((item) => (item.promptTokens as number) + item.outputTokens))
    expect(longest + tokenizer.specialTokens).toBeLessThanOrEqual(200)
  })

  test('text and tokenizer are named', async () => {
    expect(await buildWorkload(spec())).toMatchObject({
      kind: 'salted',
      salt: 'n1',
      textSha256: builtInTextSha256,
      tokenizer: { name: 'servemark/llama-15m', source: 'bundled', specialTokens: 1 },
    })
  })
})

test('a tokenizer that only shapes counts nothing, and the notes say so', async () => {
  const workload = await buildWorkload(spec({ tokenizer: await shapeTokenizer() }))
  expect(all(workload).every((item) => item.promptTokens === null && item.askedPromptTokens !== null)).toBe(true)
  expect(workload.statistics).toMatchObject({ exactPrompts: null, meanPromptTokens: null })
  expect(workload.notes).toEqual(["tokenizer: Going on with the server's counts; prompt lengths approximate"])
})

describe('classic', () => {
  const classic = (change: Change = {}) => spec({ ...change, point: { prompts: 'classic', ...change.point } })

  test('prompts are shifted windows: each shares all but its ends with the next', async () => {
    const workload = await buildWorkload(classic())
    const [first, second] = [workload.measure[0]?.prompt ?? '', workload.measure[1]?.prompt ?? '']
    expect(first.slice(20, 120)).not.toBe('')
    expect(second).toContain(first.slice(20, 120))
  })

  test('no nonce, point or repeat changes them', async () => {
    const one = await buildWorkload(classic())
    expect(await buildWorkload(classic({ nonce: 'n2', pointKey: 'x', repeat: 3 }))).toEqual(one)
    expect(one.salt).toBeNull()
  })

  test('the warm-up sends no prompt of the measured part', async () => {
    const { warmup, measure } = await buildWorkload(classic())
    const measured = new Set(measure.map((item) => item.prompt))
    expect(warmup.filter((item) => measured.has(item.prompt))).toEqual([])
  })

  test('notes say what that means for caches', async () => {
    expect((await buildWorkload(classic())).notes).toContainEqual(expect.stringMatching(/without salt.*prefix cache/))
  })
})

describe('a prompts file', () => {
  let folder: string
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'servemark-workload-'))
  })
  afterEach(() => rm(folder, { recursive: true, force: true }))

  async function withFile(requests: number, ...lines: readonly object[]): Promise<Workload> {
    const promptsFile = join(folder, 'x.jsonl')
    await writeFile(promptsFile, lines.map((line) => JSON.stringify(line)).join('\n'))
    return buildWorkload(spec({ point: { requests, promptsFile } }))
  }

  test('is sent as it is, in its order', async () => {
    const workload = await withFile(
      2,
      { prompt: 'What is a queue?', max_tokens: 9, session: 's', turn: 0 },
      { prompt: 'Why does it grow?', max_tokens: 11, session: 's', turn: 1 },
    )
    expect(workload.kind).toBe('file')
    expect(workload.salt).toBeNull()
    expect(workload.measure).toEqual([
      {
        item: 0,
        prompt: 'What is a queue?',
        messages: null,
        askedPromptTokens: null,
        promptTokens: tokenizer.count('What is a queue?'),
        outputTokens: 9,
        session: 's',
        turn: 0,
      },
      expect.objectContaining({ item: 1, prompt: 'Why does it grow?', outputTokens: 11, turn: 1 }),
    ])
  })

  test('messages stay messages, and their tokens are unknown: the server adds its template', async () => {
    const messages = [{ role: 'user', content: 'Hello' }]
    const { measure } = await withFile(1, { messages, max_tokens: 4 })
    expect(measure[0]).toMatchObject({ messages, prompt: 'Hello', promptTokens: null })
  })

  test('repeats when there are more requests than lines, and says so', async () => {
    const { measure, notes, statistics } = await withFile(5, { prompt: 'one' }, { prompt: 'two' })
    expect(measure.map((item) => item.prompt)).toEqual(['one', 'two', 'one', 'two', 'one'])
    expect(notes).toContainEqual(expect.stringMatching(/has 2 prompts for 5 requests: they repeat$/))
    expect(statistics.sharedPrefixTokens).toBeGreaterThan(0)
  })

  test('leaves lines over when there are fewer requests, and says so', async () => {
    const { notes } = await withFile(1, { prompt: 'one' }, { prompt: 'two' })
    expect(notes).toContainEqual(expect.stringMatching(/has 2 prompts, the first 1 are used$/))
  })

  test('without max_tokens the outputs have the nominal mean', async () => {
    const { statistics, notes } = await withFile(20, { prompt: 'one' })
    expect(statistics.meanOutputTokens).toBe(32)
    expect(notes).toContainEqual('1 of 1 prompts have no max_tokens: mean 32')
  })

  test('is not spent on the warm-up, which takes made prompts of the same lengths', async () => {
    const { warmup } = await withFile(4, { prompt: 'What is a queue, and why does it grow so fast?', max_tokens: 9 })
    const tokens = tokenizer.count('What is a queue, and why does it grow so fast?')
    expect(warmup).toHaveLength(12)
    for (const item of warmup) {
      expect(item).toMatchObject({ promptTokens: tokens, outputTokens: 9 })
      expect(item.prompt).not.toMatch(/^What is/)
    }
  })
})
