import { expect, test } from 'vitest'
import { sortWords } from './sort-words.ts'

test.each([
  ['--project openai --base-url http://h:1', ['--project', 'openai'], ['--base-url', 'http://h:1']],
  ['--clients 1 2 --project x --requests 9', ['--project', 'x'], ['--clients', '1', '2', '--requests', '9']],
  ['--project x -- --clients 1', ['--project', 'x'], ['--clients', '1']],
  ['llama-7b', ['llama-7b'], []],
  [
    '-t clients=1$ --reporter=junit --outputFile.junit=j.xml',
    ['-t', 'clients=1$', '--reporter=junit', '--outputFile.junit=j.xml'],
    [],
  ],
  ['--shard 1/2 --unknown', ['--shard', '1/2'], ['--unknown']],
  ['-w 1 -c 4 -t text-generation -t clients=4$', ['-t', 'clients=4$'], '-w 1 -c 4 -t text-generation'.split(' ')],
  ['--temperature -1', [], ['--temperature', '-1']],
])('%s', (line, vitest, suite) => {
  expect(sortWords(line.split(' '))).toEqual({ vitest, suite })
})

test.each(['--project', '--project=', '--project --clients 1', '-t', '--clients 1 --shard'])(
  '%s: needs a value',
  (line) => {
    expect(() => sortWords(line.split(' '))).toThrow(/^options: (--project|-t|--shard) needs a value$/)
  },
)
