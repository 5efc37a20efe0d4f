import { expect, test } from 'vitest'
import { startVllmLegacyWire, type VllmLegacyOptions } from '../stub/wires/vllm-legacy.ts'
import { startWire, tokenTexts } from '../stub/wires/wire-server.ts'
import type { Target } from './backend.ts'
import { drive, probeFailure, probeOf, started, targetOf, turnOf } from './testing/drive.ts'
import { createDecoder, vllmLegacy } from './vllm-legacy.ts'

const server = async (options: VllmLegacyOptions = {}, more: Partial<Target> = {}) => {
  const wire = await started(startVllmLegacyWire(options))
  return { wire, target: targetOf(vllmLegacy, wire, { model: 'org/model', ...more }) }
}
const lines = (prompt: string, ...texts: readonly string[]) => {
  const decoder = createDecoder()
  decoder.asked?.(JSON.stringify({ prompt, max_tokens: 4 }))
  return texts.map((text) => decoder.decode({ event: null, data: JSON.stringify({ text: [text] }) }))
}

test.each([
  ['\0', 'nul-json'],
  ['\n', 'ndjson'],
] as const)('the probe finds out how events end (%j)', async (delimiter, framing) => {
  const { target } = await server({ delimiter })
  expect((await probeOf(vllmLegacy, target)).wire).toEqual({ transport: 'http', framing })
})

test('a whole answer needs no framing', async () => {
  const { target } = await server({}, { stream: false })
  expect((await probeOf(vllmLegacy, target)).wire).toBeUndefined()
  expect(vllmLegacy.wire(target)).toEqual({ transport: 'http', framing: 'json' })
})

test('the probe says what the old server does not tell', async () => {
  const { target } = await server()
  const probe = await probeOf(vllmLegacy, target)
  expect(probe).toMatchObject({ model: 'org/model', version: null, maxModelLength: null })
  expect(probe.capabilities).toMatchObject({ usage: false, ignoreEos: true })
  expect(probe.notes).toEqual([
    'the server counts no tokens in this route: counts come from the tokenizer',
    'the server does not tell its context length: lengths are not checked before the run',
  ])
})

test.each([
  ['text by text', ['Say: a', 'Say: ab', 'Say: abc'], ['a', 'b', 'c']],
  ['several tokens at once', ['Say: abc', 'Say: abcdef'], ['abc', 'def']],
  ['a character that was not whole', ['Say: \uFFFD', 'Say: é!'], ['\uFFFD', 'é!']],
])('only what is new counts: %s', (_, texts, added) => {
  expect(lines('Say: ', ...texts).map(({ text }) => text)).toEqual(added)
})

test('a token without text is an event without text', () => {
  expect(lines('p', 'pa', 'pa', 'pab')).toEqual([{ text: 'a', end: true }, { end: true }, { text: 'b', end: true }])
})

test('of two answers the first counts', () => {
  const decoder = createDecoder()
  decoder.asked?.('{"prompt":"p"}')
  expect(decoder.decode({ event: null, data: '{"text":["pa","pb"]}' })).toEqual({ text: 'a', end: true })
})

test('without the prompt nothing can be told apart', () => {
  expect(() => createDecoder().decode({ event: null, data: '{"text":["pa"]}' })).toThrow(
    'the prompt that the reply repeats is not known',
  )
})

test.each(['{"text":[]}', '{"texts":["a"]}'])('%s is not the protocol', (data) => {
  expect(() => createDecoder().decode({ event: null, data })).toThrow('an event without text')
})

test('the wire speaks as recorded: cumulative, prompt first', async () => {
  const { wire, target } = await server({ delimiter: '\0' })
  const { path, body } = vllmLegacy.request(turnOf(2), target, await probeOf(vllmLegacy, target))
  const response = await fetch(wire.url + path, { method: 'POST', body })
  const prompt = turnOf(2).prompt
  const [first = '', second = ''] = tokenTexts(2)
  expect(await response.text()).toBe(`{"text": ["${prompt}${first}"]}\0{"text": ["${prompt}${first}${second}"]}\0`)
  expect(response.headers.get('content-type')).toBeNull()
})

test.each<[Partial<Target>, string]>([
  [{ model: null }, 'vllm-legacy: the server does not tell its model. Name it: --model NAME'],
  [{ route: 'chat' }, 'vllm-legacy: the old server knows no chats. Use --endpoint completions'],
  [{ extraBody: { use_beam_search: false } }, 'vllm-legacy: 500 from /generate: "Internal Server Error"'],
])('the probe ends in one line (%#)', async (more, line) => {
  const { target } = await server({}, more)
  expect(await probeFailure(vllmLegacy, target)).toBe(line)
})

test('a vLLM of today has no such route, and the way out is said', async () => {
  const wire = await started(
    startWire(({ path }, response) => {
      response.writeHead(path === '/health' ? 200 : 404, { 'content-type': 'application/json' })
      response.end('{"detail":"Not Found"}')
    }),
  )
  expect(await probeFailure(vllmLegacy, targetOf(vllmLegacy, wire, { model: 'm' }))).toBe(
    'vllm-legacy: 404 from /generate: "Not Found". vLLM 0.25 and later have no such route: use the backend vllm',
  )
})

test.each([
  ['\0', true],
  ['\n', true],
  ['\n', false],
] as const)('a measured answer is the text without the prompt (%j, stream %s)', async (delimiter, stream) => {
  const { target } = await server({ delimiter }, { stream })
  const { requests, text } = await drive(vllmLegacy, target, await probeOf(vllmLegacy, target), [3, 9])
  expect(requests.outcome).toEqual(['ok', 'ok'])
  expect([text(0), text(1)]).toEqual([tokenTexts(3).join(''), tokenTexts(9).join('')])
})

test('an answer that was cut is no answer', async () => {
  const well = await server()
  const ill = await server({ fault: 'cut' })
  const { requests } = await drive(vllmLegacy, ill.target, await probeOf(vllmLegacy, well.target), [6])
  expect(requests.outcome[0]).toMatch(/^(truncated|connection_error)$/)
})
