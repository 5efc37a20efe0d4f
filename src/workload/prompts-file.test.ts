import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { readPromptsFile } from './prompts-file.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'servemark-prompts-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

async function fileOf(...lines: readonly string[]): Promise<string> {
  const path = join(folder, 'x.jsonl')
  await writeFile(path, lines.join('\n'))
  return path
}

test('a prompt with everything', async () => {
  const path = await fileOf('{"prompt": "Hello", "max_tokens": 12, "session": "s1", "turn": 0}')
  expect((await readPromptsFile(path)).prompts).toEqual([
    { line: 1, prompt: 'Hello', messages: null, maxTokens: 12, session: 's1', turn: 0 },
  ])
})

test('messages keep their roles, and their texts are the prompt', async () => {
  const messages = [
    { role: 'system', content: 'Be short.' },
    { role: 'user', content: 'Why?' },
  ]
  const path = await fileOf(JSON.stringify({ messages }))
  expect((await readPromptsFile(path)).prompts).toEqual([
    { line: 1, prompt: 'Be short.\nWhy?', messages, maxTokens: null, session: null, turn: null },
  ])
})

test('empty lines, a byte order mark and Windows line ends are no harm, and lines keep their numbers', async () => {
  const path = await fileOf('\uFEFF{"prompt": "a"}\r', '\r', '', '{"prompt": "b", "session": 7}\r', '')
  const { prompts } = await readPromptsFile(path)
  expect(prompts.map(({ line, prompt, session }) => [line, prompt, session])).toEqual([
    [1, 'a', null],
    [4, 'b', '7'],
  ])
})

test('keys without a meaning are named', async () => {
  const path = await fileOf('{"prompt": "a", "source": "x"}', '{"prompt": "b", "max_token": 5, "source": "y"}')
  expect((await readPromptsFile(path)).ignoredKeys).toEqual(['max_token', 'source'])
})

test.each([
  ['{"prompt": "b"', /x\.jsonl, line 3: not JSON$/],
  ['"b"', /line 3: "b" is not allowed; needs an object$/],
  ['{}', /line 3: needs "prompt" or "messages", one of them$/],
  [
    '{"prompt": "b", "messages": [{"role": "user", "content": "b"}]}',
    /line 3: needs "prompt" or "messages", one of them/,
  ],
  ['{"prompt": ""}', /line 3: prompt: "" is not allowed; at least 1 characters$/],
  ['{"prompt": "b", "max_tokens": 0}', /line 3: max_tokens: 0 is not allowed; more than 0$/],
  ['{"prompt": "b", "max_tokens": 1.5}', /line 3: max_tokens: 1.5 is not allowed; needs a whole number$/],
  ['{"prompt": "b", "turn": -1}', /line 3: turn: /],
  ['{"messages": []}', /line 3: messages: \[\] is not allowed; at least 1 entries$/],
  ['{"messages": [{"role": "user"}]}', /line 3: messages\.0\.content: is missing; needs a text$/],
  ['{"messages": [{"role": "user", "content": [{"type": "text", "text": "b"}]}]}', /line 3: messages\.0\.content: /],
])('%s is an error that names file and line', async (line, message) => {
  const failed = readPromptsFile(await fileOf('{"prompt": "a"}', '', line))
  await expect(failed).rejects.toThrow(UserError)
  await expect(failed).rejects.toThrow(message)
})

test('a file without prompts is an error', async () => {
  await expect(readPromptsFile(await fileOf('', ''))).rejects.toThrow(/x\.jsonl is empty/)
})

test('a file that is not there is an error', async () => {
  await expect(readPromptsFile(join(folder, 'none.jsonl'))).rejects.toThrow(/cannot read .*none\.jsonl \(ENOENT\)/)
})
