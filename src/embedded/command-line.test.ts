import { expect, test } from 'vitest'
import { apiKeyVariable, parseCommandLine } from './command-line.ts'

test('without flags it serves the default model on loopback', () => {
  expect(parseCommandLine([], {})).toEqual({
    kind: 'serve',
    model: 'servemark/llama-38m',
    servedModelName: 'servemark/llama-38m',
    host: '127.0.0.1',
    port: 8080,
    slots: 8,
    maxModelLength: 2048,
    maxBatchedTokens: 512,
    threads: null,
    apiKey: null,
  })
})

test('the last of a repeated flag counts', () => {
  expect(parseCommandLine(['--slots', '2', '--slots', '3'], {})).toMatchObject({ slots: 3 })
})

test('the key comes from the environment, or the flag before it', () => {
  const environment = { [apiKeyVariable]: 'from-environment' }
  expect(parseCommandLine([], environment)).toMatchObject({ apiKey: 'from-environment' })
  expect(parseCommandLine(['--api-key', 'given'], environment)).toMatchObject({ apiKey: 'given' })
})

test.each([
  [['--port', '70000'], '--port 70000: must be a whole number from 0 to 65535'],
  [['--slots', '0'], '--slots 0: must be a whole number from 1 to 256'],
  [['--threads', '1.5'], '--threads 1.5: must be a whole number from 1 to 1024'],
  [
    ['--slots', '9', '--max-num-batched-tokens', '8'],
    '--max-num-batched-tokens 8 is less than --slots 9: each step gives a slot one token',
  ],
  [['--colour'], "Unknown option '--colour'. See --help"],
])('%j is refused: %s', (args, message) => {
  expect(() => parseCommandLine(args, {})).toThrow(expect.objectContaining({ message, exitCode: 2 }))
})
