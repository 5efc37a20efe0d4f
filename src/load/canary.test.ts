import { expect, test } from 'vitest'
import type { Recording } from '../recording/recording.ts'
import { runLoad } from './run-load.ts'
import { plannedRequest, testPlan } from './testing/plan.ts'
import type { RawServer } from './testing/raw-server.ts'
import { chunk, goodEvents, rawServer, sseReply } from './testing/raw-server.ts'

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n'
const event = (sent: number) => chunk(`data: {"stub":{"i":1,"sent_ns":"${sent}"}}\n\n`)
const now = () => Number(process.hrtime.bigint())

/** A server that answers with events, each with its send time less `old` ns. */
function canaryServer(options: { old?: number; events?: number; drop?: boolean } = {}): Promise<RawServer> {
  const { old = 0, events = Infinity, drop = false } = options
  return rawServer((socket) => {
    socket.write(head)
    let left = events
    const timer = setInterval(() => {
      if (socket.destroyed) return clearInterval(timer)
      if (left-- > 0) return void socket.write(event(now() - old))
      clearInterval(timer)
      if (drop) socket.destroy()
      else socket.write('0\r\n\r\n')
    }, 5)
  })
}

async function load(canary: RawServer | null): Promise<Recording> {
  await using server = await rawServer((socket) => setTimeout(() => socket.write(sseReply(goodEvents)), 150))
  const url = `http://127.0.0.1:${canary === null ? 1 : canary.port}`
  return await runLoad(testPlan(server.port, { count: 4, canary: { url, request: plannedRequest(0) } }))
}

const errors = ({ series }: Recording) => [...series.find(({ name }) => name === 'load.canary_error.0')!.value]

test('each event of the canary has its stamp minus its send time', async () => {
  await using server = await canaryServer({ old: 50e6 })
  const found = errors(await load(server))
  expect(found.length).toBeGreaterThan(20)
  expect(Math.min(...found)).toBeGreaterThan(0.0499)
})

test('it is no load: no row, no chunk', async () => {
  await using server = await canaryServer()
  const { requests, chunks } = await load(server)
  expect(requests.length).toBe(4)
  expect(chunks.length).toBe(16)
})

test('a stream that ends is asked for again on its connection', async () => {
  await using server = await canaryServer({ events: 5 })
  expect(errors(await load(server)).length).toBeGreaterThan(15)
  expect(server.connections()).toBe(1)
})

test('a stream that breaks is begun again', async () => {
  await using server = await canaryServer({ events: 5, drop: true })
  const found = errors(await load(server))
  expect(server.connections()).toBeGreaterThan(1)
  expect(found.length).toBeGreaterThan(5)
})

test('without its server the load goes on, and the series is empty', async () => {
  const recording = await load(null)
  expect(recording.requests.outcome).toEqual(['ok', 'ok', 'ok', 'ok'])
  expect(errors(recording)).toEqual([])
})
