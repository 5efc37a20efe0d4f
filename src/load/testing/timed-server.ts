import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { chunk } from './raw-server.ts'

/** A program: streams 20 events a request, 10 ms apart, each with its own send time; prints its port. */
const events = 20
const gapMs = 10

const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.on('data', (bytes) => {
    if (!bytes.toString('latin1').startsWith('POST')) return
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    let left = events
    const timer = setInterval(() => {
      left--
      const finish = left === 0 ? ',"finishReason":"stop"' : ''
      const event = chunk(`data: {"text":"${process.hrtime.bigint()} "${finish}}\n\n`)
      socket.write(left === 0 ? `${event}0\r\n\r\n` : event)
      if (left === 0) clearInterval(timer)
    }, gapMs)
  })
})
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port))
process.stdin.on('end', () => process.exit()).resume()
