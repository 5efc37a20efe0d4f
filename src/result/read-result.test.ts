import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { originalPoint } from './original-point.ts'
import { readAnyResult, readResult, readResultDirectory } from './read-result.ts'
import { pointResult, temporaryDirectory } from './testing.ts'
import { writeResult } from './write-result.ts'

/** Files that the original wrote itself; they lie beside the repository and may be absent. */
const samples = fileURLToPath(new URL('../../../shared/golden/samples/', import.meta.url))
const hasSamples = existsSync(samples)
if (!hasSamples) console.warn(`skipped: the original's sample files are not at ${samples}`)

describe.skipIf(!hasSamples)("files of the original's own making", () => {
  test.each([
    ['g2-vllm-stream.json', 2, { clients: 4, promptTokens: 2600, replicas: 1 }],
    ['g2-openai-stream.json', 2, { clients: 4, model: 'meta-llama/Llama-2-7b-hf' }],
    ['g2-openai-nostream.json', 2, { clients: 2, outputTokens: 60 }],
    ['g1-vllm.json', 1, { clients: 2, promptTokens: 200, model: 'llama2-7b', tensorParallel: 1 }],
  ])('%s is of generation %s', async (name, generation, point) => {
    const result = await readAnyResult(join(samples, name))
    expect(result).toMatchObject({ kind: 'original', generation, point, errorAnswers: 0 })
    expect(result.file.response_details.length).toBeGreaterThan(0)
  })
  test('error objects among the answers are left out and counted', async () => {
    const path = join(samples, 'g2-aml-with-error-object.json')
    const all = (JSON.parse(readFileSync(path, 'utf8')) as { response_details: unknown[] }).response_details.length
    const result = await readAnyResult(path)
    expect(result).toHaveProperty(
      'errorAnswers',
      expect.toSatisfy((count: number) => count > 0),
    )
    expect(result.file.response_details.length).toBeLessThan(all)
  })
})

test('the first generation keeps its dimensions in the name of the deployment', () => {
  const args = { client_num: 16, deployment_name: 'llama2-70b-tp4-b768_repl2', prompt_length: 2600, max_new_tokens: 60 }
  expect(originalPoint('x.json', args)).toEqual({
    model: 'llama2-70b',
    tensorParallel: 4,
    maxRaggedBatchSize: 768,
    replicas: 2,
    promptTokens: 2600,
    outputTokens: 60,
    clients: 16,
  })
})

test.each([
  [
    'logs.vllm-llama2-7b-tp1/vllm-llama2-7b-tp1_c8_p2600_g60.json',
    { model: 'llama2-7b', tensorParallel: 1, clients: 8, promptTokens: 2600 },
  ],
  [
    'vllm/a_b-tp2-bs768-replicas4-prompt1200-gen60-clients16.json',
    { model: 'a_b', tensorParallel: 2, replicas: 4, clients: 16, outputTokens: 60 },
  ],
])('a name tells what args leave out: %s', (path, point) => {
  expect(originalPoint(path, {})).toMatchObject(point)
})

describe('a file of ours', () => {
  test('is read again as it was written', async () => {
    const { path, file } = await writeResult(pointResult(temporaryDirectory()), new Date())
    expect(await readResult(path)).toEqual(JSON.parse(JSON.stringify(file)))
    expect(await readAnyResult(path)).toMatchObject({ kind: 'servemark', point: { model: 'some/model', clients: 2 } })
  })
  test('of a newer schema is refused by name', async () => {
    const { path } = await writeResult(pointResult(temporaryDirectory()), new Date())
    writeFileSync(path, readFileSync(path, 'utf8').replace('"schema_version": 1', '"schema_version": 7'))
    await expect(readResult(path)).rejects.toThrow('written by a newer servemark (schema 7')
  })
})

describe('a broken file', () => {
  const good = {
    args: { num_clients: 1 },
    time: '2026-01-01 00:00:00.000000',
    response_details: [
      { generated_tokens: 'a', prompt: 'b', start_time: 1, end_time: 2, model_time: 0, token_gen_time: [0.5] },
    ],
  }
  const detail = good.response_details[0]!
  const cases: [string, unknown, RegExp][] = [
    ['is no JSON', '{"args": ', /x\.json is broken: /],
    ['has no responses', { ...good, response_details: undefined }, /x\.json is broken: response_details: /],
    [
      'has a seventh key in an item',
      { ...good, response_details: [{ ...detail, extra: 1 }] },
      /response_details\[0\].*extra/,
    ],
    [
      'has a time that is no number',
      { ...good, response_details: [{ ...detail, end_time: '2' }] },
      /response_details\[0\]\.end_time/,
    ],
    ['lacks parts of ours', { ...good, servemark: { schema_version: 1 } }, /servemark\.run_id/],
  ]
  test.each(cases)('that %s is told in one line', async (_, content, message) => {
    const path = join(temporaryDirectory(), 'x.json')
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
    await expect(readAnyResult(path)).rejects.toThrow(message)
    await expect(readAnyResult(path)).rejects.toThrow(/^[^\n]*$/)
  })
  test('does not keep the others of its directory from being read', async () => {
    const directory = join(temporaryDirectory(), 'd')
    mkdirSync(directory)
    writeFileSync(join(directory, 'a.json'), JSON.stringify(good))
    writeFileSync(join(directory, 'b.json'), 'nonsense')
    writeFileSync(join(directory, 'plot_config.yaml'), 'label: x')
    const { results, problems } = await readResultDirectory(directory)
    expect([results.length, problems.map((problem) => problem.text)]).toEqual([
      1,
      [expect.stringMatching(/^d\/b\.json is broken/)],
    ])
  })
})

test('a missing file is one clear line', async () => {
  await expect(readResult('/nowhere/x.json')).rejects.toThrow('cannot read /nowhere/x.json (ENOENT)')
})
