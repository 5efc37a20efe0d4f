import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { embeddedLaunch } from './launch-arguments.ts'
import { ensureModel } from './model-cache.ts'

const model = 'servemark/llama-15m'
const cache = await mkdtemp(join(tmpdir(), 'servemark-process-'))
const log = { text: '' }
let child: ChildProcess
let origin = ''

async function run(
  args: readonly string[],
  stderr = { text: '' },
): Promise<{ child: ChildProcess; stderr: { text: string } }> {
  const { argv, env } = await embeddedLaunch({ model, port: 0, slots: 4, maxModelLength: 512, serverArgs: args })
  const [command, ...rest] = argv
  const started = spawn(command, rest, {
    env: { ...process.env, ...env, XDG_CACHE_HOME: cache },
    stdio: ['ignore', 'inherit', 'pipe'],
  })
  started.stderr.setEncoding('utf8').on('data', (text: string) => (stderr.text += text))
  return { child: started, stderr }
}

async function runToEnd(args: readonly string[]): Promise<{ code: number; lines: string[] }> {
  const { child, stderr } = await run(args)
  const [code] = (await once(child, 'close')) as [number]
  return { code, lines: stderr.text.trim().split('\n') }
}

beforeAll(async () => {
  child = (await run([], log)).child
  await vi.waitUntil(() => log.text.includes('ready after'), { timeout: 60_000 })
  origin = /http:\/\/[\d.]+:\d+/.exec(log.text)?.[0] ?? ''
}, 60_000)

afterAll(async () => {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  await rm(cache, { recursive: true, force: true })
})

interface Event {
  readonly choices: readonly { readonly text: string; readonly finish_reason: string | null }[]
  readonly usage: { readonly prompt_tokens: number; readonly completion_tokens: number } | null
}

async function stream(body: object): Promise<Event[]> {
  const response = await fetch(`${origin}/v1/completions`, {
    method: 'POST',
    body: JSON.stringify({ model, stream: true, stream_options: { include_usage: true }, ...body }),
  })
  expect(response.status).toBe(200)
  const frames = (await response.text()).trimEnd().split('\n\n')
  expect(frames.pop()).toBe('data: [DONE]')
  return frames.map((frame) => JSON.parse(frame.slice('data: '.length)) as Event)
}

function textOf(events: readonly Event[]): string {
  return events.map(({ choices }) => choices[0]?.text ?? '').join('')
}

describe('llama.cpp with the tiny model', { timeout: 30_000 }, () => {
  test('exactly N tokens come in N events', async () => {
    const events = await stream({
      prompt: 'Once upon a time',
      max_tokens: 23,
      ignore_eos: true,
      temperature: 1,
      seed: 5,
    })
    const usage = events.pop()
    expect(usage).toMatchObject({ choices: [], usage: { completion_tokens: 23 } })
    expect(events).toHaveLength(23)
    expect(events.at(-1)?.choices[0]?.finish_reason).toBe('length')
  })

  test('greedy answers are the same again, and a seed gives the same sample again', async () => {
    const greedy = { prompt: 'Once upon a time', max_tokens: 16, ignore_eos: true, temperature: 0 }
    expect(textOf(await stream(greedy))).toBe(textOf(await stream(greedy)))
    const sample = (seed: number) => stream({ ...greedy, temperature: 1, seed })
    expect(textOf(await sample(1))).toBe(textOf(await sample(1)))
    expect(textOf(await sample(1))).not.toBe(textOf(await sample(2)))
  })

  test('more long prompts at once than slots and chunks hold are all answered in full', async () => {
    const prompt = Array.from({ length: 400 }, (_, index) => index + 300)
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => stream({ prompt, max_tokens: 8, ignore_eos: true })),
    )
    const usages = answers.map((events) => events.at(-1)?.usage)
    expect(usages).toEqual(answers.map(() => ({ prompt_tokens: 400, completion_tokens: 8, total_tokens: 408 })))
  })

  test('beyond the context is refused', async () => {
    const body = JSON.stringify({ prompt: 'hello', max_tokens: 511 })
    const response = await fetch(`${origin}/v1/completions`, { method: 'POST', body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })

  test('ids are those of the tokenizer that the suite shapes prompts with', async () => {
    const response = await fetch(`${origin}/tokenize`, {
      method: 'POST',
      body: JSON.stringify({ prompt: 'hello world' }),
    })
    expect(await response.json()).toMatchObject({ tokens: [1, 6312, 28_709, 1526] })
  })

  test('the first token keeps the space that divides it from the prompt', async () => {
    const seeds = Array.from({ length: 12 }, (_, seed) => seed)
    const answers = await Promise.all(seeds.map((seed) => stream({ prompt: 'hello', max_tokens: 1, seed })))
    expect(answers.some((answer) => textOf(answer).startsWith(' '))).toBe(true)
  })

  test('a busy port is one line and code 1', async () => {
    const { port } = new URL(origin)
    const { code, lines } = await runToEnd(['--port', port])
    expect({ code, lines }).toEqual({
      code: 1,
      lines: [expect.stringMatching(/cannot listen at 127\.0\.0\.1:\d+: the port is busy/)],
    })
  })

  test('SIGTERM in mid-prefill ends it with code 0, and the port is free', async () => {
    const exited = once(child, 'exit')
    const prompt = Array.from({ length: 500 }, (_, index) => index + 300)
    const cut = Promise.all([1, 2, 3, 4].map(() => stream({ prompt, max_tokens: 8 }).catch(() => 'cut')))
    await expect.poll(async () => await (await fetch(`${origin}/metrics`)).text()).toMatch(/requests_running [1-4]/)
    child.kill('SIGTERM')
    expect(await exited).toEqual([0, null])
    await cut
    await expect(fetch(`${origin}/health`)).rejects.toThrow('fetch failed')
    const probe = createServer().listen(Number(new URL(origin).port), '127.0.0.1')
    await once(probe, 'listening')
    expect((probe.address() as AddressInfo).port).toBe(Number(new URL(origin).port))
    probe.close()
  })
})

describe('what cannot be served is one line and code 1', { timeout: 30_000 }, () => {
  test('a broken file, with the cause', async () => {
    const path = join(cache, 'cut.gguf')
    const { path: whole } = await ensureModel(model, join(cache, 'servemark/models'))
    await writeFile(path, (await readFile(whole)).subarray(0, 3_000_000))
    const { code, lines } = await runToEnd(['--model', path])
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(/llama\.cpp cannot load .*cut\.gguf: .*not within the file bounds/)
  })

  test('a context beyond the model', async () => {
    const { code, lines } = await runToEnd(['--max-model-len', '9000'])
    expect(code).toBe(1)
    expect(lines.at(-1)).toMatch(/--max-model-len 9000 exceeds the 8192 tokens that the model was made for/)
  })

  test('wrong flags, with code 2', async () => {
    expect(await runToEnd(['--slots', 'many'])).toEqual({
      code: 2,
      lines: ['servemark embedded: --slots many: must be a whole number from 1 to 256'],
    })
  })
})
