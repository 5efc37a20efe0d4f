import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { backends } from '../../backends/index.ts'
import { parseFlags } from '../flags.ts'
import { loadBench } from '../load-bench.ts'
import { presets } from './index.ts'
import { checkNeeds, presetProjects, presetWords, type Preset } from './preset.ts'

const benches = join(import.meta.dirname, '../../../benches')
const list: Preset[] = Object.values(presets)

/** The server configurations of a preset that names projects, with the user's words after it. */
async function plan(preset: Preset, ...words: string[]) {
  if (preset.select.kind !== 'projects') throw new Error('by tags')
  const flags = parseFlags([...presetWords(preset, parseFlags(words).bench), ...words])
  const loaded = preset.select.names.map((name) => {
    const path = join(benches, `${name}.bench.ts`)
    return loadBench(name, path, path, flags.bench, backends)
  })
  return (await Promise.all(loaded)).flatMap(({ configurations }) => configurations)
}

test('every preset has a file of its own, is listed by its id and is said in one line', () => {
  const files = readdirSync(import.meta.dirname).filter(
    (name) => !/^(index|preset|first-sweep)\.ts$|\.test\.ts$/.test(name),
  )
  expect(files.map((name) => name.replace('.ts', '')).sort()).toEqual(Object.keys(presets).sort())
  expect(list.map(({ id }) => id)).toEqual(Object.keys(presets))
})

test('all takes every GPU bench by its tags, and each model of the original is one', async () => {
  const files = await Promise.all(
    readdirSync(benches).map((file) => loadBench(file, join(benches, file), file, {}, backends)),
  )
  const tagged = files.map(({ name, bench }) => ({ name, tags: bench.tags }))
  const names = presetProjects(presets.all, tagged, null)
  const models: Record<string, string[]> = {}
  for (const { name, bench } of files) {
    if (!names.includes(name)) continue
    models[String(bench.model)] = bench.backends.map((entry) => (typeof entry === 'string' ? entry : entry.name))
  }
  const both = ['fastgen', 'vllm']
  expect(models).toEqual({
    'meta-llama/Llama-2-7b-hf': both,
    'meta-llama/Llama-2-13b-hf': both,
    'meta-llama/Llama-2-70b-hf': both,
    'tiiuae/falcon-40B': both,
    'tiiuae/falcon-180B': both,
    'microsoft/phi-2': both,
    'mistralai/Mixtral-8x7B-v0.1': both,
  })
})

test('example is one server at one length, with the default clients', async () => {
  const [configuration, ...others] = await plan(presets.example)
  expect(others).toEqual([])
  expect(configuration?.label).toBe('fastgen tp=1 bs=768 replicas=1')
  expect(configuration?.points).toHaveLength(11)
  expect(configuration?.points[0]).toMatchObject({ promptTokens: 2600, outputTokens: 60, requests: 36, stream: true })
})

test('fp6 asks for weights of 6 bits and 128 requests', async () => {
  const [configuration] = await plan(presets.fp6)
  expect(configuration?.model).toBe('NousResearch/Llama-2-70b-hf')
  expect(configuration?.parameters).toMatchObject({ tensorParallel: 1, own: { quantizationMode: 'wf6af16' } })
  expect(new Set(configuration?.points.map(({ requests }) => requests))).toEqual(new Set([128]))
})

test('aml needs what only the user knows, and then measures whole answers at that address', async () => {
  expect(() => checkNeeds(presets.aml, {})).toThrow(/^aml: needs --aml_api_url URL .* and --model NAME/)
  const words = ['--aml_api_url', 'https://x.azureml.ms/score', '--model', 'm', '--deployment_name', 'blue']
  expect(() => checkNeeds(presets.aml, parseFlags(words).bench)).not.toThrow()
  const [configuration] = await plan(presets.aml, ...words)
  expect(configuration).toMatchObject({ model: 'm', parameters: { own: { deploymentName: 'blue' } } })
  expect(configuration?.endpoint?.baseUrl).toBe('https://x.azureml.ms/score')
  expect(configuration?.points[0]).toMatchObject({ requests: 256, stream: false })
})

test.each(['first-fastgen', 'first-vllm'] as const)(
  '%s sweeps the tensor-parallel degrees of each model',
  async (id) => {
    const configurations = await plan(presets[id])
    const degrees = (bench: string) =>
      configurations.filter((each) => each.bench === bench).map(({ parameters }) => parameters.tensorParallel)
    expect([degrees('llama-7b'), degrees('llama-13b'), degrees('llama-70b')]).toEqual([[1], [1, 2, 4], [4, 8]])
    expect(new Set(configurations.map(({ backend }) => backend))).toEqual(new Set([id.replace('first-', '')]))
    for (const { points } of configurations) {
      expect(points).toHaveLength(4 * 11)
      expect(points.every(({ requests }) => requests === 512)).toBe(true)
    }
  },
)

test('first-replicas gives each replica 16 clients and 256 requests', async () => {
  const loads = (await plan(presets['first-replicas'])).map(({ parameters, points }) => [
    parameters.replicas,
    ...points.map(({ load, requests }) => [load.kind === 'closedLoop' ? load.clients : null, requests]),
  ])
  expect(loads).toEqual([
    [1, [16, 256]],
    [2, [32, 512]],
    [4, [64, 1024]],
  ])
})

test("the user's projects narrow tags and replace names", () => {
  const tagged = [
    { name: 'a', tags: ['full', 'gpu'] as const },
    { name: 'b', tags: ['full', 'gpu'] as const },
    { name: 'c', tags: ['gpu'] as const },
  ]
  expect(presetProjects(presets.all, tagged, null)).toEqual(['a', 'b'])
  expect(presetProjects(presets.all, tagged, ['b', 'c'])).toEqual(['b'])
  expect(presetProjects(presets.example, tagged, ['c'])).toEqual(['c'])
  expect(presetProjects(presets.example, tagged, null)).toEqual(['llama-7b'])
})

test("the user's options go over the preset's", async () => {
  const [configuration] = await plan(presets.example, '--vllm', '--tp_size', '2', '-c', '3')
  expect(configuration?.label).toBe('vllm tp=2 bs=768 replicas=1')
  expect(configuration?.points.map(({ label }) => label)).toEqual(['prompt=2600 gen=60 clients=3'])
})

test('--per-replica goes with clients and rates only', async () => {
  const rates = await plan(presets['first-replicas'], '--request-rate', '2')
  expect(rates[1]?.points.map(({ label }) => label)).toEqual(['prompt=2600 gen=60 rate=4'])
  await expect(plan(presets['first-replicas'], '--stages', '1/s:1s')).rejects.toThrow(/--per-replica goes with clients/)
})
