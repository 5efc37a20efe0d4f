import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { BlockPool, EventBuffer } from '../load/event-buffer.ts'
import { framers } from '../load/framing/index.ts'
import { EventKinds, Repeat } from '../load/repeat.ts'
import type { Carried, Decoder, DecoderModule, DecoderOptions, Framing, Usage } from './backend.ts'
import { createDecoder } from './families/openai-decoder.ts'
import { backends, type BackendId } from './index.ts'

interface Golden {
  readonly file: string
  readonly backend: BackendId
  readonly framing: Framing
  readonly options?: Partial<DecoderOptions>
  /** The request's prompt, where the reply repeats it. */
  readonly prompt?: string
  readonly text?: string
  /** Of each event that tells; null where none does. */
  readonly tokens?: readonly number[]
  readonly finish?: string
  readonly usage?: Partial<Usage>
  readonly error?: string
  readonly end?: boolean
}

const golden: readonly Golden[] = [
  {
    file: 'sglang-generate.sse',
    backend: 'sglang',
    framing: 'sse',
    text: 'LALAppplay',
    tokens: [1, 1, 1, 1, 1],
    finish: 'length',
    usage: { promptTokens: 4, outputTokens: 5, cachedTokens: 0 },
    end: true,
  },
  {
    file: 'sglang-generate-incremental.sse',
    backend: 'sglang',
    framing: 'sse',
    text: 'LALA pé',
    tokens: [1, 1, 2, 1],
    finish: 'stop',
    usage: { promptTokens: 4, outputTokens: 5, cachedTokens: 2 },
    end: true,
  },
  {
    file: 'sglang-generate-too-long.sse',
    backend: 'sglang',
    framing: 'sse',
    error: "The input (6001 tokens) is longer than the model's context length (2048 tokens).",
    end: true,
  },
  {
    file: 'llama-server-completion.sse',
    backend: 'llama-server',
    framing: 'sse',
    text: ' the capital of the country of',
    tokens: [1, 1, 1, 1, 1, 1],
    finish: 'length',
    usage: { promptTokens: 6, outputTokens: 6, cachedTokens: 0 },
    end: true,
  },
  {
    file: 'llama-server-unparsed.sse',
    backend: 'llama-server',
    framing: 'sse',
    text: '%;STER aveva municip谢nacppVI',
    tokens: [1, 1, 1, 1, 1, 1, 1, 1],
    error: 'The model produced output that does not match the expected Content-only format',
  },
  {
    file: 'vllm-legacy-newline.ndjson',
    backend: 'vllm-legacy',
    framing: 'ndjson',
    prompt: 'import os\nprint(',
    text: 'cmdignoreignoreignoreignore $ $ $',
    end: true,
  },
  {
    file: 'vllm-legacy-nul.bin',
    backend: 'vllm-legacy',
    framing: 'nul-json',
    prompt: 'Zwölf ',
    text: 'Boxer jagen — 数',
    end: true,
  },
  {
    file: 'vllm-legacy-unary.json',
    backend: 'vllm-legacy',
    framing: 'json',
    options: { stream: false },
    prompt: 'import os\nprint(',
    text: 'cmdignoreignoreignoreignore $ $ $',
    end: true,
  },
  {
    file: 'mii-stream.ndjson',
    backend: 'fastgen',
    framing: 'ndjson',
    text: ' gRPCcurannot sc loadold',
    tokens: [1, 1, 1, 1, 1, 1],
    finish: 'length',
    usage: { promptTokens: 4, outputTokens: 6 },
  },
  {
    file: 'mii-unary.ndjson',
    backend: 'fastgen',
    framing: 'ndjson',
    options: { stream: false },
    text: ' docser otherM bothales',
    tokens: [6],
    finish: 'length',
    usage: { promptTokens: 4, outputTokens: 6 },
  },
  {
    file: 'mii-preempted.ndjson',
    backend: 'fastgen',
    framing: 'ndjson',
    text: 'a数 b c',
    tokens: [1, 1, 1, 1, 1],
    finish: 'length',
    usage: { promptTokens: 4, outputTokens: 5 },
  },
  {
    file: 'azure-answer.json',
    backend: 'aml',
    framing: 'json',
    options: { stream: false },
    text: ' rests beside an old stone wall the quick',
    end: true,
  },
  {
    file: 'azure-two-answers.json',
    backend: 'aml',
    framing: 'json',
    options: { stream: false },
    text: ' quick brown',
    end: true,
  },
  {
    file: 'azure-stream.sse',
    backend: 'aml',
    framing: 'sse',
    text: ' w0 w1 w2 w3',
    end: true,
  },
  {
    file: 'azure-string-error.json',
    backend: 'aml',
    framing: 'json',
    options: { stream: false },
    error: 'Error in processing request (simulated)',
  },
  {
    file: 'azure-empty-object.json',
    backend: 'aml',
    framing: 'json',
    options: { stream: false },
    error: 'an empty object instead of an answer (content safety?)',
  },
  {
    file: 'tgi-generate-stream.sse',
    backend: 'tgi',
    framing: 'sse',
    text: ' Déjà vu',
    tokens: [1, 1, 1],
    finish: 'eos_token',
    usage: { promptTokens: 7, outputTokens: 3 },
    end: true,
  },
  {
    file: 'tgi-validation-error.sse',
    backend: 'tgi',
    framing: 'sse',
    error:
      'Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4090 `inputs` tokens and 20 `max_new_tokens`',
  },
  {
    file: 'ollama-generate.ndjson',
    backend: 'ollama',
    framing: 'ndjson',
    text: ' Él ríe.',
    finish: 'length',
    usage: { promptTokens: 26, outputTokens: 5 },
    end: true,
  },
  {
    file: 'ollama-error.ndjson',
    backend: 'ollama',
    framing: 'ndjson',
    text: ' Él',
    error: 'an error was encountered while running the model: unexpected EOF',
  },
  {
    file: 'trtllm-chat.sse',
    backend: 'trtllm',
    framing: 'sse',
    options: { route: 'chat' },
    text: 'né',
    finish: 'length',
    usage: { promptTokens: 6, outputTokens: 2 },
    end: true,
  },
]

test.each(golden.map((each) => [each.file, each] as const))('%s, cut anywhere', async (file, each) => {
  const module = (await import(backends[each.backend].decoderModule)) as DecoderModule
  const bytes = readFileSync(new URL(`fixtures/${file}`, import.meta.url))
  const create = (): Decoder => {
    const decoder = module.createDecoder({ route: 'completions', stream: true, ...each.options })
    decoder.asked?.(JSON.stringify({ prompt: each.prompt }))
    return decoder
  }
  const decode = (pieces: readonly Buffer[]): Carried[] => {
    const decoder = create()
    return events(each.framing, pieces).map((event) => decoder.decode(event))
  }
  const whole = decode([bytes])
  expect(summary(whole)).toMatchObject({
    text: each.text ?? '',
    tokens: each.tokens ?? [],
    finish: each.finish,
    usage: each.usage,
    error: each.error,
    end: each.end ?? false,
  })
  const different = new Set<string>()
  for (let at = 1; at < bytes.length; at++) {
    different.add(JSON.stringify(decode([bytes.subarray(0, at), bytes.subarray(at)])))
  }
  different.add(JSON.stringify(decode([...bytes].map((byte) => Buffer.from([byte])))))
  expect([...different]).toEqual([JSON.stringify(whole)])
  expect(withRepeats(create(), each.framing, bytes)).toEqual(whole.map(recurring))
})

const openAiFixtures = new URL('families/fixtures/', import.meta.url)
const streams = readdirSync(openAiFixtures).filter((name) => name.endsWith('.sse'))

test.each(streams)('%s, byte by byte', (file) => {
  const bytes = readFileSync(new URL(file, openAiFixtures))
  const route = file.includes('chat') ? 'chat' : 'completions'
  const create = (): Decoder => createDecoder({ route, stream: true })
  const decode = (pieces: readonly Buffer[]): Carried[] => {
    const decoder = create()
    return events('sse', pieces).map((event) => decoder.decode(event))
  }
  const whole = decode([bytes])
  expect(whole.length).toBeGreaterThan(1)
  expect(decode([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole)
  expect(withRepeats(create(), 'sse', bytes)).toEqual(whole.map(recurring))
})

function framed(framing: Framing, pieces: readonly Buffer[]): EventBuffer {
  const buffer = new EventBuffer(new BlockPool())
  const framer = framers[framing]()
  for (const piece of pieces) framer.feed(piece, 0, piece.length, buffer)
  framer.finish(buffer)
  return buffer
}

const eventAt = ({ name, data, start, end }: EventBuffer) => ({ event: name, data: data.toString('utf8', start, end) })

function events(framing: Framing, pieces: readonly Buffer[]) {
  const buffer = framed(framing, pieces)
  const all = []
  while (buffer.take()) all.push(eventAt(buffer))
  buffer.release()
  return all
}

/** What events carry as the load generator reads them: without decoding, where the decoder's `repeats` promise it. */
function withRepeats(decoder: Decoder, framing: Framing, bytes: Buffer) {
  const { repeats } = decoder
  const repeat = repeats === undefined ? null : new Repeat(repeats, new EventKinds(repeats))
  const buffer = framed(framing, [bytes])
  const all = []
  while (buffer.take()) {
    const again = repeat?.take(buffer) ?? null
    if (again === null) {
      const carried = decoder.decode(eventAt(buffer))
      repeat?.decoded(buffer, carried)
      all.push(recurring(carried))
    } else {
      const text = buffer.data.toString('latin1', repeat!.text.start, repeat!.text.end)
      all.push(recurring({ ...again, text }))
    }
  }
  return all
}

/** What is read of an event that is one before with another text or other counts. */
function recurring({ text, tokens, usage }: Carried) {
  return { text, tokens, usage }
}

function summary(carried: readonly Carried[]) {
  return {
    text: carried.map((one) => one.text ?? '').join(''),
    tokens: carried.flatMap((one) => one.tokens ?? []),
    finish: carried.find((one) => one.finishReason !== undefined)?.finishReason,
    usage: carried.findLast((one) => one.usage !== undefined)?.usage,
    error: carried.find((one) => one.error !== undefined)?.error,
    end: carried.some((one) => one.end === true),
  }
}
