import { once } from 'node:events'
import { connect, type AddressInfo } from 'node:net'
import { settle } from './options.ts'
import type { Pacer } from './pacer.ts'
import { promptCounters } from './prompt-tokens.ts'
import { createStubServer } from './server.ts'

const connections = 16
const requestsEach = 12
const body = JSON.stringify({
  messages: [{ role: 'user', content: 'one two three' }],
  prompt: 'one two three',
  max_tokens: 8,
  stream: true,
  stream_options: { include_usage: true, continuous_usage_stats: true },
})

let rehearsed: Promise<void> | null = null

/**
 * Lets the compiler see the hot path before anyone measures by it: cold, a first burst of requests is read milliseconds
 * late. Done once a process, against a server of its own.
 */
export function rehearse(pacer: Pacer): Promise<void> {
  rehearsed ??= perform(pacer)
  return rehearsed
}

async function perform(pacer: Pacer): Promise<void> {
  const settings = settle({ schedule: { kind: 'staggered', ttftMs: 0.5, itlMs: 0.5 } })
  const stub = createStubServer(settings, pacer, promptCounters.words)
  stub.server.listen(0, '127.0.0.1')
  await once(stub.server, 'listening')
  const { port } = stub.server.address() as AddressInfo
  const requests = ['/v1/completions', '/v1/chat/completions'].map(
    (path) => `POST ${path} HTTP/1.1\r\nhost: stub\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  )
  await Promise.all(Array.from({ length: connections }, () => askRepeatedly(port, requests)))
  stub.destroyConnections()
  stub.server.close()
}

async function askRepeatedly(port: number, requests: readonly string[]): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  socket.setEncoding('latin1')
  let asked = 0
  const ask = () => {
    if (asked === requestsEach) socket.end()
    else socket.write(requests[asked++ % requests.length] as string)
  }
  socket.on('connect', ask)
  socket.on('data', (text: string) => {
    if (text.endsWith('\r\n0\r\n\r\n')) ask()
  })
  await once(socket, 'close')
}
