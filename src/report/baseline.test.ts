import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { temporaryDirectory } from '../result/testing.ts'
import { readBaseline } from './baseline.ts'
import { syntheticResult } from './testing.ts'

const original = {
  args: { model: 'm', num_clients: 4 },
  time: '2024-01-01 00:00:00',
  response_details: [
    {
      generated_tokens: ['a'],
      prompt: 'p',
      start_time: 1,
      end_time: 2,
      model_time: 0,
      token_gen_time: [0.5],
    },
  ],
}

function folder(files: Readonly<Record<string, unknown>>): string {
  const directory = temporaryDirectory()
  for (const [name, file] of Object.entries(files)) {
    mkdirSync(join(directory, name, '..'), { recursive: true })
    writeFileSync(join(directory, name), JSON.stringify(file))
  }
  return directory
}

test('of a folder of results, and of the folders in an output directory', async () => {
  expect(await readBaseline(folder({ 'a-clients1.json': syntheticResult() }))).toHaveLength(1)
  const both = folder({ 'vllm/a-clients1.json': syntheticResult(), 'tgi/a-clients1.json': syntheticResult() })
  expect(await readBaseline(both)).toHaveLength(2)
})

test.each(['m-tp1-bs768-replicas1-prompt10-gen3-clients4.json', 'logs/m_c4_p10_g3.json'])(
  'of the original suite (%s): one line says why not',
  async (name) => {
    await expect(readBaseline(folder({ [name]: original }))).rejects.toThrow(
      /holds results of the original suite: .* nothing can be called better or worse; to draw both: npm run plot/,
    )
  },
)

test('of nothing', async () => {
  await expect(readBaseline(folder({ 'notes.txt': 1 }))).rejects.toThrow('nothing to compare with')
})
