import { expect, test } from 'vitest'
import { BlockPool, EventBuffer } from './event-buffer.ts'

function put(buffer: EventBuffer, text: string, stamp = 0): void {
  const bytes = Buffer.from(text)
  buffer.stamp(stamp, stamp + 1, stamp + 2)
  for (let at = 0; at < bytes.length; at += 10_000) buffer.append(bytes, at, Math.min(at + 10_000, bytes.length))
  buffer.commit(null)
}

function takeText(buffer: EventBuffer): string | null {
  return buffer.take() ? buffer.data.toString('utf8', buffer.start, buffer.end) : null
}

test('events come out in order with the stamps of their end', () => {
  const buffer = new EventBuffer(new BlockPool())
  buffer.append(Buffer.from('xxab'), 2, 4)
  buffer.stamp(7, 8, 9)
  buffer.appendByte(99)
  buffer.commit('token')
  expect(takeText(buffer)).toBe('abc')
  expect([buffer.time, buffer.batch, buffer.read, buffer.name]).toEqual([7, 8, 9, 'token'])
  expect(buffer.take()).toBe(false)
})

test('bytes of an event that was not completed are not seen', () => {
  const buffer = new EventBuffer(new BlockPool())
  buffer.append(Buffer.from('lost'), 0, 4)
  expect(buffer.open).toBe(true)
  expect(buffer.take()).toBe(false)
  buffer.discard()
  put(buffer, 'kept')
  expect(takeText(buffer)).toBe('kept')
})

test.each([
  ['many small events', Array.from({ length: 1000 }, (_, index) => `event ${index}`)],
  ['events that do not fit the rest of a block', Array.from({ length: 50 }, (_, index) => `${index}`.repeat(3000))],
  ['events longer than a block', ['a', 'b'.repeat(100_000), 'c', 'd'.repeat(20_000), 'e'.repeat(300_000), 'f']],
  ['empty events', ['', '', 'x', '']],
])('%s', (_, events) => {
  const pool = new BlockPool()
  const all = new EventBuffer(pool)
  for (const event of events) put(all, event)
  expect(events.map(() => takeText(all))).toEqual(events)
  all.release()
  const oneByOne = new EventBuffer(pool)
  const seen = events.map((event) => {
    put(oneByOne, event)
    return takeText(oneByOne)
  })
  expect(seen).toEqual(events)
})

test.each([1, 1000, 9000])('blocks are used again, for events of %s bytes', (length) => {
  const pool = new BlockPool()
  const first = new EventBuffer(pool)
  put(first, 'o'.repeat(length))
  first.take()
  const block = first.data
  first.release()
  const second = new EventBuffer(pool)
  put(second, 'n'.repeat(length))
  expect(takeText(second)).toBe('n'.repeat(length))
  expect(second.data).toBe(block)
})

test('an event without end is refused', () => {
  const buffer = new EventBuffer(new BlockPool())
  const megabyte = Buffer.alloc(1024 * 1024)
  expect(() => {
    for (let count = 0; count < 65; count++) buffer.append(megabyte, 0, megabyte.length)
  }).toThrow('an event is longer than')
})

test('between events a buffer holds no block', () => {
  class CountingPool extends BlockPool {
    held = 0
    override take(bytes: number): ReturnType<BlockPool['take']> {
      this.held++
      return super.take(bytes)
    }
    override give(block: ReturnType<BlockPool['take']>): void {
      this.held--
      super.give(block)
    }
  }
  const pool = new CountingPool()
  const buffers = Array.from({ length: 10 }, () => new EventBuffer(pool))
  const held = [pool.held]
  for (const buffer of buffers) put(buffer, 'event')
  held.push(pool.held)
  for (const buffer of buffers) while (buffer.take());
  held.push(pool.held)
  expect(held).toEqual([0, 10, 0])
})
