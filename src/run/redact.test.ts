import { expect, test } from 'vitest'
import { createRedactor } from '../backends/redactor.ts'
import { UserError } from '../errors.ts'
import { makeRecording } from '../recording/testing.ts'
import { requestText } from '../result/response-details.ts'
import { redactError, redactRecording } from './redact.ts'

const key = 'echoed-key-0001'
const redactor = createRedactor({ SERVEMARK_API_KEY: key })

test('a recording of a server that echoes the key', () => {
  const echoing = makeRecording([
    {
      sent: 0,
      chunks: [
        { at: 0.1, text: 'é echoed-' },
        { at: 0.2, text: 'key-0001 after' },
      ],
    },
    { sent: 1, chunks: [{ at: 0.1, text: 'plain' }], columns: { error: `bad ${key}`, requestIdReturned: key } },
  ])
  const recording = redactRecording(echoing, redactor)
  expect(requestText(recording, 0)).toBe('é *************** after')
  expect(requestText(recording, 1)).toBe('plain')
  expect(recording.requests.error).toEqual([null, 'bad [redacted]'])
  expect(recording.requests.requestIdReturned[1]).toBe('[redacted]')
  expect(recording.chunks).toBe(echoing.chunks)
})

test('an abort, whose words cannot be changed, passes as it is', () => {
  const aborted = AbortSignal.abort().reason as unknown
  expect(redactError(aborted, redactor)).toBe(aborted)
})

test('an error keeps its kind', () => {
  const error = redactError(new UserError(`said ${key}`, 2), redactor) as UserError
  expect(error).toBeInstanceOf(UserError)
  expect([error.message, error.exitCode, error.stack?.includes(key)]).toEqual(['said [redacted]', 2, false])
})
