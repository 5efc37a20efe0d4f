import { expect, test } from 'vitest'
import { takeKey } from './launch-key.ts'

const bearer = { authorization: 'Bearer sk-1' }

test.each([
  [
    ['--seed', '0', '--api-key', 'sk-1', '--x'],
    ['--seed', '0', '--x'],
  ],
  [['--api-key=sk-1'], []],
])('%j: the key goes by the environment, and with requests', (args, left) => {
  expect(takeKey(args, 'THE_KEY')).toEqual({ args: left, env: { THE_KEY: 'sk-1' }, headers: bearer })
})

test.each([[['--api-keys', 'sk-1', 'sk-2']], [['--api-key', 'sk-1']]])(
  '%j stays where there is no variable for it',
  (args) => {
    const variable = args.length > 2 ? 'THE_KEY' : null
    expect(takeKey(args, variable)).toEqual({ args, env: {}, headers: bearer })
  },
)

test('without a key nothing changes', () => {
  for (const args of [[], ['--api-key'], ['--api-key', '--other'], ['--key', 'x']]) {
    expect(takeKey(args, 'THE_KEY')).toEqual({ args, env: {}, headers: {} })
  }
})
