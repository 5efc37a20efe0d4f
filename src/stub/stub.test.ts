import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import type { RequestLog } from './log.ts'
import { settle } from './options.ts'
import { startStub } from './stub.ts'
import { exchange, generationRequest } from './testing/raw-client.ts'
import { truth } from './truth.ts'

const ask = { prompt: 'one two three', max_tokens: 8, stream: true, stream_options: { include_usage: true } }

function tokenTimes({ chunks, receivedNs }: RequestLog): number[] {
  return chunks.sentNs.filter((_, i) => chunks.kind[i] === 'text').map((sent) => (sent - receivedNs) / 1e6)
}

describe.each([
  { ttftMs: 40, itlMs: 5 },
  { ttftMs: 8, itlMs: 12 },
])('ttft $ttftMs ms, itl $itlMs ms', ({ ttftMs, itlMs }) => {
  test('no token leaves before its time, and each leaves before long', async () => {
    await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs, itlMs } })
    await exchange(stub.port, generationRequest(ask))
    const { requests, lateness } = await stub.log()
    const times = tokenTimes(requests[0] as RequestLog)
    expect(times).toHaveLength(8)
    for (const [i, at] of times.entries()) {
      expect(at).toBeGreaterThanOrEqual(ttftMs + i * itlMs)
      expect(at).toBeLessThan(ttftMs + i * itlMs + 500)
    }
    expect(lateness.count).toBe(8)
    expect(lateness.maxMs).toBeCloseTo(Math.max(...times.map((at, i) => at - ttftMs - i * itlMs)), 3)
  })
})

test.concurrent('the log and the stamps inside the chunks are the same', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 5, itlMs: 2 } })
  const chat = { ...ask, messages: [{ role: 'user', content: 'a' }] }
  const { json } = await exchange(stub.port, generationRequest(chat, '/v1/chat/completions'))
  const {
    requests: [entry],
  } = await stub.log()
  expect(entry?.chunks.kind).toEqual(['role', ...Array<string>(8).fill('text'), 'usage', 'done'])
  expect(json.map(({ stub }) => stub?.i)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect(json.map(({ stub }) => Number(stub?.sent_ns))).toEqual(entry?.chunks.sentNs.slice(0, 10))
  expect(json.every(({ stub }) => Number(stub?.received_ns) === entry?.receivedNs)).toBe(true)
})

test.concurrent('the receive time lies between what the client sent and what it got, on the same clock', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 1, itlMs: 1 } })
  const before = Number(process.hrtime.bigint())
  await exchange(stub.port, generationRequest(ask))
  const after = Number(process.hrtime.bigint())
  const {
    requests: [entry],
  } = await stub.log()
  expect(entry?.receivedNs).toBeGreaterThan(before)
  expect(entry?.chunks.sentNs.at(-1)).toBeLessThan(after)
})

test.concurrent('in lock step the tokens of two streams are due at the same times', async () => {
  await using stub = await startStub({ schedule: { kind: 'lockStep', ttftMs: 10, itlMs: 10 } })
  await Promise.all([exchange(stub.port, generationRequest(ask)), exchange(stub.port, generationRequest(ask))])
  const { requests } = await stub.log()
  const dues = requests.map(({ chunks }) => new Set(chunks.dueNs))
  expect(dues[0]?.intersection(dues[1] as Set<number>).size).toBeGreaterThanOrEqual(6)
})

test.concurrent('two tokens a chunk: half the chunks, at the time of their first token', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 10, itlMs: 5 }, tokensPerChunk: 2 })
  await exchange(stub.port, generationRequest(ask))
  const {
    requests: [entry],
  } = await stub.log()
  const { chunks, receivedNs } = entry as RequestLog
  expect(chunks.tokens).toEqual([2, 2, 2, 2, 0, 0])
  expect(chunks.dueNs.slice(0, 4).map((due) => Math.round((due - receivedNs) / 1e6))).toEqual([10, 20, 30, 40])
})

test.concurrent('events that share a write share its time and its HTTP chunk', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 10, itlMs: 5 }, eventsPerWrite: 4 })
  const { chunkSizes, events } = await exchange(stub.port, generationRequest(ask))
  const {
    requests: [entry],
  } = await stub.log()
  const { chunks, receivedNs } = entry as RequestLog
  expect(events).toHaveLength(10)
  expect(chunkSizes).toHaveLength(5)
  expect(new Set(chunks.sentNs.slice(0, 4)).size).toBe(1)
  expect(chunks.dueNs.slice(0, 8).map((due) => Math.round((due - receivedNs) / 1e6))).toEqual([
    25, 25, 25, 25, 45, 45, 45, 45,
  ])
})

test.concurrent('one write carries one event', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 0, itlMs: 0 } })
  const { chunkSizes } = await exchange(stub.port, generationRequest(ask))
  expect(chunkSizes).toHaveLength(11)
})

test.concurrent('truth: ttft from receipt, gaps between token chunks', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 20, itlMs: 5 } })
  await exchange(stub.port, generationRequest(ask))
  const { requests } = await stub.log()
  const { ttftMs, itlMs } = truth(requests)
  const times = tokenTimes(requests[0] as RequestLog)
  expect(ttftMs).toEqual([times[0]])
  expect(itlMs).toHaveLength(7)
  expect(itlMs.reduce((sum, gap) => sum + gap, 0)).toBeCloseTo((times[7] as number) - (times[0] as number), 6)
})

test.concurrent('a request may bring a schedule of its own', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 5000, itlMs: 5000 } })
  const own = { ...ask, stub: { schedule: { kind: 'fixed', ttftMs: 1, itlMs: 1 }, tokensPerChunk: 4 } }
  const { json } = await exchange(stub.port, generationRequest(own))
  expect(json).toHaveLength(3)
})

test.concurrent('a cleared log starts the order of arrival anew', async () => {
  await using stub = await startStub({
    schedule: { kind: 'fixed', ttftMs: 0, itlMs: 0 },
    faults: [{ fault: { kind: 'status' }, every: 2 }],
  })
  const status = async () => (await exchange(stub.port, generationRequest(ask))).status
  expect([await status(), await status(), await status()]).toEqual([200, 503, 200])
  await stub.clear()
  expect([await status(), await status()]).toEqual([200, 503])
  expect((await stub.log()).requests.map(({ index }) => index)).toEqual([0, 1])
})

test.concurrent('a client that leaves ends its stream, and the log says so', async ({ expect }) => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 0, itlMs: 400 } })
  await exchange(stub.port, generationRequest(ask), 60)
  await expect.poll(async () => (await stub.log()).requests[0]?.ended).toBe('left')
  expect((await stub.log()).requests[0]?.chunks.kind).toEqual(['text'])
})

test.concurrent('requests that were pipelined are answered in order', async () => {
  await using stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 5, itlMs: 1 } })
  const request = generationRequest({ ...ask, max_tokens: 2, stream: false })
  const { text } = await exchange(stub.port, request + request + request, 100)
  expect(text.match(/"id":"cmpl-stub-(\d)"/g)).toEqual([
    '"id":"cmpl-stub-0"',
    '"id":"cmpl-stub-1"',
    '"id":"cmpl-stub-2"',
  ])
})

test.concurrent('a taken port is one clear line', async () => {
  await using stub = await startStub({})
  await expect(startStub({ port: stub.port })).rejects.toThrow(
    new UserError(`stub: cannot listen on 127.0.0.1:${stub.port} (EADDRINUSE). Choose another --port; 0 takes any`),
  )
})

test.concurrent('an option that does not exist is refused by name', () => {
  expect(() => settle({ tftt: 3 } as object)).toThrow('stub: unknown key tftt')
})
