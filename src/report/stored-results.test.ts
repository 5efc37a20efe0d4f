import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runFacts, readStoredResults } from './stored-results.ts'
import { syntheticResult } from './testing.ts'

async function outputFolder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'servemark-stored-'))
  onTestFinished(() => rm(path, { recursive: true }))
  for (const folder of ['vllm', 'runs', 'plots', '.old']) await mkdir(join(path, folder))
  await writeFile(join(path, 'vllm', 'a.json'), JSON.stringify(syntheticResult()))
  return path
}

test('without directories, every label of the output directory and nothing else', async () => {
  const outDir = await outputFolder()
  for (const folder of ['runs', 'plots', '.old']) await cp(join(outDir, 'vllm/a.json'), join(outDir, folder, 'a.json'))
  const { results, problems } = await readStoredResults([], outDir)
  expect(results.map(({ label }) => label)).toEqual(['vllm'])
  expect(problems).toEqual([])
})

test('a broken file is told and the others are read', async () => {
  const outDir = await outputFolder()
  await writeFile(join(outDir, 'vllm', 'b.json'), '{')
  const { results, problems } = await readStoredResults([], outDir)
  expect(results).toHaveLength(1)
  expect(problems).toEqual([expect.stringContaining('vllm/b.json is broken')])
})

test('no result at all is one line', async () => {
  await expect(readStoredResults([], '/nowhere')).rejects.toThrow('no result files in /nowhere. Measure first')
})

test('the command comes from the index of the newest run', async () => {
  const outDir = await outputFolder()
  const index = {
    command: 'npm run bench -- -t x',
    started: '2026-11-22T10:00:00.000Z',
    ended: '2026-11-22T10:01:00.000Z',
  }
  await writeFile(join(outDir, 'runs', 'run-1.json'), JSON.stringify(index))
  const facts = await runFacts([syntheticResult()], outDir)
  expect(facts.commands).toEqual(['npm run bench -- -t x'])
  expect(facts.ended.getTime() - facts.started.getTime()).toBe(60_000)
})

test('of several runs each command is told, the newest last; its times are the facts', async () => {
  const outDir = await outputFolder()
  const elsewhere = await outputFolder()
  const write = (folder: string, id: string, day: number) =>
    writeFile(
      join(folder, 'runs', `${id}.json`),
      JSON.stringify({ command: `npm run bench -- ${id}`, started: `2026-11-${day}T10:00:00.000Z` }),
    )
  await write(outDir, 'run-2', 23)
  await write(elsewhere, 'run-1', 22)
  const older = syntheticResult()
  const newer = {
    ...older,
    time: '2026-11-23 10:00:00.000000',
    servemark: { ...older.servemark, run_id: 'run-2' },
  }
  const facts = await runFacts([newer, older], outDir, () => join(elsewhere, 'vllm'))
  expect(facts.commands).toEqual(['npm run bench -- run-1', 'npm run bench -- run-2'])
  expect(facts.runId).toBe('run-2')
  expect(facts.started.toISOString()).toBe('2026-11-23T10:00:00.000Z')
})
