import { describe, expect, test } from 'vitest'
import { startLlamaServerWire } from '../stub/wires/llama-server.ts'
import { startLmdeployWire } from '../stub/wires/lmdeploy.ts'
import { startOllamaWire } from '../stub/wires/ollama.ts'
import { startSglangWire } from '../stub/wires/sglang.ts'
import { startTgiWire } from '../stub/wires/tgi.ts'
import { startTransformersWire } from '../stub/wires/transformers.ts'
import { startTrtllmWire } from '../stub/wires/trtllm.ts'
import { startVllmWire } from '../stub/wires/vllm.ts'
import { tokenTexts, type Wire, type WireFault, type WireOptions } from '../stub/wires/wire-server.ts'
import type { Backend } from './backend.ts'
import { backends, type BackendId } from './index.ts'
import { drive, probeOf, started, targetOf } from './testing/drive.ts'

interface Expected {
  readonly start: (options: WireOptions) => Promise<Wire>
  /** Named by the user; null: found by the probe. */
  readonly model: string | null
  readonly served: string
  readonly version: string | null
  readonly promptTokens: number | null
  readonly exactLength: boolean
  /** Tokens of each chunk of a stream of three; -1: only the sum is known. */
  readonly perChunk: readonly number[]
  readonly error: readonly [outcome: string, text: string]
  readonly busy: readonly [outcome: string, status: number, text: string]
}

const table: Partial<Record<BackendId, Expected>> = {
  vllm: {
    start: startVllmWire,
    model: null,
    served: 'tiny',
    version: '0.32.0',
    promptTokens: 11,
    exactLength: true,
    perChunk: [1, 1, 1],
    error: ['stream_error', 'engine is dead'],
    busy: ['http_error', 503, 'Too many requests are waiting'],
  },
  sglang: {
    start: startSglangWire,
    model: null,
    served: 'tiny',
    version: '0.5.23',
    promptTokens: 12,
    exactLength: true,
    perChunk: [1, 1, 1],
    error: ['stream_error', 'the scheduler is gone'],
    busy: ['http_error', 503, 'The request queue is full.'],
  },
  tgi: {
    start: startTgiWire,
    model: null,
    served: 'org/model',
    version: '3.3.6',
    promptTokens: 9,
    exactLength: false,
    perChunk: [1, 1, 1],
    error: ['stream_error', 'Request failed during generation: CUDA error'],
    busy: ['stream_error', 200, 'Model is overloaded'],
  },
  'llama-server': {
    start: startLlamaServerWire,
    model: null,
    served: 'gemma-270m',
    version: 'b10434-7e4c0a9',
    promptTokens: 6,
    exactLength: true,
    perChunk: [1, 1, 1],
    error: ['stream_error', 'context shift failed'],
    busy: ['http_error', 503, 'Loading model'],
  },
  ollama: {
    start: startOllamaWire,
    model: 'llama3',
    served: 'llama3:latest',
    version: '0.17.4',
    promptTokens: 26,
    exactLength: false,
    perChunk: [-1, -1, -1],
    error: ['stream_error', 'an error was encountered while running the model'],
    busy: ['http_error', 503, 'server busy, please try again. maximum pending requests exceeded'],
  },
  trtllm: {
    start: startTrtllmWire,
    model: '/models/model',
    served: 'model',
    version: '1.2.1',
    promptTokens: 11,
    exactLength: true,
    perChunk: [-1, -1, -1],
    error: ['truncated', ' within the body'],
    busy: ['http_error', 503, 'the executor is gone'],
  },
  lmdeploy: {
    start: startLmdeployWire,
    model: null,
    served: 'org/model',
    version: null,
    promptTokens: 11,
    exactLength: true,
    perChunk: [-1, -1, -1],
    error: ['stream_error', 'engine is dead'],
    busy: ['http_error', 503, 'Server is busy'],
  },
  transformers: {
    start: startTransformersWire,
    model: 'tiny-llama',
    served: 'tiny-llama',
    version: null,
    promptTokens: 11,
    exactLength: true,
    perChunk: [-1, -1, -1],
    error: ['stream_error', 'engine is dead'],
    busy: ['http_error', 503, 'busy'],
  },
}

const registered: Readonly<Record<BackendId, Backend>> = backends
const cases = Object.entries(table).map(([id, expected]) => [id, registered[id as BackendId], expected] as const)

describe.each(cases)('%s', (_, backend, expected) => {
  const { model } = expected
  /** The server was well when it was probed. */
  const faulty = async (fault: WireFault) => {
    const well = await started(expected.start({}))
    const ill = await started(expected.start({ fault }))
    const probe = await probeOf(backend, targetOf(backend, well, { model }))
    return await drive(backend, targetOf(backend, ill, { model }), probe, [4])
  }

  test('the probe finds out what it is and what it can', async () => {
    const wire = await started(expected.start({ naturalTokens: 2 }))
    const probe = await probeOf(backend, targetOf(backend, wire, { model }))
    expect(probe).toMatchObject({ model: expected.served, version: expected.version })
    expect(probe.capabilities).toMatchObject({ usage: true, continuousUsage: expected.perChunk[0] === 1 })
    const notes = probe.notes.filter((note) => note.includes('may be shorter than asked for'))
    expect(notes).toHaveLength(expected.exactLength ? 0 : 1)
  })

  test.each([true, false])('answers have the asked length, counted by the server (stream %s)', async (stream) => {
    const wire = await started(expected.start({}))
    const target = targetOf(backend, wire, { model, stream })
    const { requests, text, tokens } = await drive(backend, target, await probeOf(backend, target), [3, 9])
    expect(requests.error).toEqual([null, null])
    expect(requests.outcome).toEqual(['ok', 'ok'])
    expect(requests.serverOutputTokens).toEqual([3, 9])
    expect([text(0), text(1)]).toEqual([tokenTexts(3).join(''), tokenTexts(9).join('')])
    expect(tokens(0)).toEqual(stream ? expected.perChunk : [3])
    const prompts = stream || backend.id !== 'tgi' ? expected.promptTokens : null
    expect(requests.serverPromptTokens).toEqual([prompts, prompts])
    expect(requests.finishReason).toEqual(['length', 'length'])
  })

  test('a length that the server need not keep is kept only where it can be forced', async () => {
    const wire = await started(expected.start({ naturalTokens: 5 }))
    const target = targetOf(backend, wire, { model })
    const { requests } = await drive(backend, target, await probeOf(backend, target), [8])
    expect(requests.outcome).toEqual(['ok'])
    // TGI counts the end-of-text token.
    const natural = backend.id === 'tgi' ? 6 : 5
    expect(requests.serverOutputTokens).toEqual([expected.exactLength ? 8 : natural])
  })

  test('an error in the middle of an answer', async () => {
    const { requests } = await faulty('error')
    expect(requests.outcome).toEqual([expected.error[0]])
    expect(requests.error[0]).toContain(expected.error[1])
  })

  test('a connection that breaks in the middle', async () => {
    const { requests } = await faulty('cut')
    expect(requests.outcome[0]).toMatch(/^(truncated|connection_error)$/)
  })

  test('a clean end without what marks an end', async () => {
    const { requests } = await faulty('unfinished')
    expect(requests.outcome).toEqual(['truncated'])
  })

  test('too many requests', async () => {
    const [outcome, status, text] = expected.busy
    const { requests } = await faulty('busy')
    expect([requests.outcome[0], requests.httpStatus[0], requests.error[0]]).toEqual([outcome, status, text])
  })
})
