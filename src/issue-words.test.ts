import { expect, test } from 'vitest'
import { parseFault } from './stub/faults/index.ts'
import { settle } from './stub/options.ts'

test.each([
  [{ port: 70_000 }, 'stub: port: 70000 is not allowed; at most 65535'],
  [{ port: 1.5 }, 'stub: port: 1.5 is not allowed; needs a whole number'],
  [{ promptTokens: 'z' }, 'stub: promptTokens: "z" is not allowed; one of words, spaces, characters'],
  [
    { schedule: { kind: 'x' } },
    'stub: schedule.kind: "x" is not allowed; one of fixed, jittered, staggered, lockStep, queued',
  ],
  [{ schedule: { kind: 'fixed', ttftMs: 1 } }, 'stub: schedule.itlMs: is missing; needs a number'],
  [{ prot: 1 }, 'stub: unknown key prot'],
])('%j', (options, line) => {
  expect(() => settle(options as Parameters<typeof settle>[0])).toThrow(line)
})

test('a fault', () => {
  expect(() => parseFault('status:code=soon')).toThrow(
    'stub: fault "status:code=soon": code: "soon" is not allowed; needs a number. It takes: code, message',
  )
})
