import { expect, test } from 'vitest'
import type { LoadProgress } from './plan.ts'
import { runLoad } from './run-load.ts'
import { noStop, plannedRequest, testPlan } from './testing/plan.ts'
import { chunk, goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

const good = sseReply(goodEvents)
const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'

test('the times of a request are in order', async () => {
  await using server = await rawServer((socket) => {
    socket.write(head)
    const steps = ['data: {"role":true}\n\n', ...goodEvents.map((data) => `data: ${data}\n\n`)]
    steps.forEach((step, index) => setTimeout(() => socket.write(chunk(step)), 10 * (index + 1)))
    setTimeout(() => socket.write('0\r\n\r\n'), 100)
  })
  const { requests, chunks, batches, moments } = await runLoad(testPlan(server.port))
  const row = (column: readonly (number | null)[]): number => column[0]!
  const times = [
    moments.measureStart!,
    row(requests.writeStart),
    row(requests.writeDone),
    row(requests.firstByte),
    row(requests.firstToken),
    row(requests.lastToken),
    row(requests.finished),
    row(requests.endMark),
    row(requests.closed),
    moments.measureEnd!,
  ]
  expect(times).toEqual([...times].sort((a, b) => a - b))
  expect(new Set(times.slice(3, 9)).size).toBe(6)
  expect(requests.firstToken[0]).toBe(chunks.time[1])
  expect(requests.firstContent[0]).toBe(chunks.time[1])
  expect(chunks.time[1]).toBe(batches.time[chunks.batch[1]!])
  expect(moments.allStarted).toBe(requests.writeStart[0])
})

test('the anchor ties the monotonic clock to the wall clock', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  const wallBefore = Date.now() / 1000
  const monotonicBefore = Number(process.hrtime.bigint())
  const { anchor, requests } = await runLoad(testPlan(server.port))
  const sent = requests.writeStart[0]!
  const closed = requests.closed[0]!
  expect(anchor.wallSeconds + sent / 1e9).toBeGreaterThanOrEqual(wallBefore - 0.01)
  expect(anchor.wallSeconds + closed / 1e9).toBeLessThanOrEqual(Date.now() / 1000 + 0.01)
  expect(anchor.monotonicNs + sent).toBeGreaterThanOrEqual(monotonicBefore)
  expect(anchor.monotonicNs + closed).toBeLessThanOrEqual(Number(process.hrtime.bigint()))
})

test('events of one read share its serial number, events of two reads do not', async () => {
  await using server = await rawServer((socket) => {
    socket.write(head + chunk('data: {"text":"a"}\n\ndata: {"text":"b"}\n\n'))
    setTimeout(() => socket.write(`${chunk('data: {"finishReason":"stop"}\n\n')}0\r\n\r\n`), 30)
  })
  const { chunks } = await runLoad(testPlan(server.port))
  expect(chunks.read[0]).toBe(chunks.read[1])
  expect(chunks.time[0]).toBe(chunks.time[1])
  expect(chunks.read[2]).toBeGreaterThan(chunks.read[1]!)
})

test('chunks of one request are neighbours though streams interleave', async () => {
  await using server = await rawServer((socket) => {
    socket.write(head)
    let left = 20
    const timer = setInterval(() => {
      socket.write(chunk('data: {"text":"x","tokens":1}\n\n'))
      if (--left > 0) return
      clearInterval(timer)
      socket.write(`${chunk('data: {"finishReason":"stop"}\n\n')}0\r\n\r\n`)
    }, 1)
  })
  const { requests, chunks, text } = await runLoad(testPlan(server.port, { clients: 4, count: 4 }))
  expect(requests.outcome).toEqual(['ok', 'ok', 'ok', 'ok'])
  expect(requests.chunkStart).toEqual([0, 21, 42, 63])
  expect(requests.chunkEnd).toEqual([21, 42, 63, 84])
  expect(requests.textEnd).toEqual([20, 40, 60, 80])
  expect([...chunks.request]).toEqual([...chunks.request].sort((a, b) => a - b))
  expect(requests.streamOutputTokens).toEqual([20, 20, 20, 20])
  expect(text.length).toBe(80)
})

test('text is left out where it is not wanted', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  const { requests, chunks, text } = await runLoad(testPlan(server.port, { saveText: false }))
  expect(text.length).toBe(0)
  expect(requests.textEnd).toEqual([0])
  expect(chunks.carriesToken[0]).toBe(1)
})

test('a non-streaming JSON answer is one chunk', async () => {
  const json =
    '{"text":"ab","finishReason":"length","usage":{"promptTokens":5,"outputTokens":2,"cachedTokens":null,"reasoningTokens":null}}'
  await using server = await rawServer((socket) =>
    socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${json.length}\r\n\r\n${json}`),
  )
  const { requests, chunks } = await runLoad(testPlan(server.port, { wire: { transport: 'http', framing: 'json' } }))
  expect(requests.outcome).toEqual(['ok'])
  expect(requests.finishReason).toEqual(['length'])
  expect([requests.serverPromptTokens, requests.serverOutputTokens, requests.cachedTokens]).toEqual([[5], [2], [null]])
  expect(chunks.length).toBe(1)
})

test('the end mark alone is success only where the backend says so', async () => {
  await using server = await rawServer((socket) => socket.write(sseReply(['{"text":"a"}', '[DONE]'])))
  const { requests } = await runLoad(
    testPlan(server.port, { success: { finishReasons: ['stop'], endMarkSuffices: true } }),
  )
  expect(requests.outcome).toEqual(['ok'])
})

test('an abort keeps what came: requests in flight are cancelled, the others not sent', async () => {
  const controller = new AbortController()
  await using server = await rawServer((socket, index) => {
    if (index === 0) socket.write(good)
    else {
      socket.write(head + chunk('data: {"text":"a"}\n\n'))
      setTimeout(() => controller.abort(), 50)
    }
  })
  const { requests, chunks } = await runLoad(testPlan(server.port, { count: 4 }), { signal: controller.signal })
  expect(requests.outcome).toEqual(['ok', 'cancelled', 'not_sent', 'not_sent'])
  expect(requests.item).toEqual([0, 1, 2, 3])
  expect(requests.chunkEnd[1]! - requests.chunkStart[1]!).toBe(1)
  expect(chunks.length).toBe(5)
  expect(requests.error[1]).toBe('the run was aborted')
})

test('aborted before the start, nothing is sent', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  const { requests, moments } = await runLoad(testPlan(server.port), { signal: AbortSignal.abort() })
  expect(requests.outcome).toEqual(['not_sent'])
  expect(moments.measureStart).toBe(null)
  expect(server.connections()).toBe(0)
})

test('an abort while connections are being opened does not wait for them', async () => {
  const controller = new AbortController()
  await using server = await rawServer(() => undefined, { onConnection: () => controller.abort() })
  const endpoints = [{ url: `https://127.0.0.1:${server.port}` }]
  const limits = { connect: 600, firstByte: null, idle: null, total: null }
  const { requests } = await runLoad(testPlan(0, { endpoints, limits }), { signal: controller.signal })
  expect(requests.outcome).toEqual(['not_sent'])
})

test('too many failures end the point, the rest is not sent', async () => {
  await using server = await rawServer((socket, index) =>
    socket.write(index % 2 === 0 ? good : 'HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n'),
  )
  const { requests } = await runLoad(testPlan(server.port, { count: 40, stop: { ...noStop, errorRate: 0.1 } }))
  const count = (outcome: string): number => requests.outcome.filter((one) => one === outcome).length
  expect(count('http_error')).toBeGreaterThan(4)
  expect(count('not_sent')).toBeGreaterThan(0)
  expect(requests.length).toBe(40)
})

test('progress ends with the final counts', async () => {
  await using server = await rawServer((socket, index) =>
    setTimeout(() => socket.write(index === 2 ? 'nonsense' : good), 20),
  )
  const seen: LoadProgress[] = []
  await runLoad(testPlan(server.port, { count: 20 }), { onProgress: (progress) => seen.push(progress) })
  expect(seen.at(-1)).toMatchObject({ phase: 'drain', planned: 20, sent: 20, done: 20, failed: 1, inFlight: 0 })
  expect(seen.some(({ tokensPerSecond }) => tokensPerSecond > 0)).toBe(true)
})

test('a decoder module that is missing is named', async () => {
  const decoder = { module: 'file:///nowhere/decoder.ts', options: { route: 'chat', stream: true } } as const
  await expect(runLoad(testPlan(1, { decoder }))).rejects.toThrow(
    /^decoder module file:\/\/\/nowhere\/decoder.ts cannot be loaded/,
  )
})

test('a module without createDecoder is no decoder', async () => {
  const module = new URL('clock.ts', import.meta.url).href
  const decoder = { module, options: { route: 'chat', stream: true } } as const
  await expect(runLoad(testPlan(1, { decoder }))).rejects.toThrow(/does not export a function createDecoder/)
})

test.each(['ftp://x', 'localhost:8000', 'nonsense'])('%s is no endpoint', async (url) => {
  await expect(runLoad(testPlan(1, { endpoints: [{ url }] }))).rejects.toThrow(`"${url}" is not an http or https URL`)
})

test('a header that would break the request is refused', async () => {
  const requests = [{ ...plannedRequest(0), headers: { 'x-key': 'a\r\nb: c' } }]
  await expect(runLoad(testPlan(1, { requests }))).rejects.toThrow('the value of header "x-key" has a line break')
})
