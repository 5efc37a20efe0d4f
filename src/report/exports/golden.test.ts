import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from 'gpt-3-encoder'
import { describe, expect, test } from 'vitest'
import { readResultDirectory } from '../../result/read-result.ts'
import { exportedRequests } from './exported-request.ts'
import { json } from './json.ts'

/** Numbers that the original computed; they lie beside the repository and may be absent. */
const golden = fileURLToPath(new URL('../../../../shared/golden/cases/', import.meta.url))
const hasGolden = existsSync(golden)
if (!hasGolden) console.warn(`skipped: the original's golden numbers are not at ${golden}`)

type Json = null | number | string | boolean | Json[] | { [key: string]: Json | undefined }
type Record_ = { [key: string]: Json | undefined }

const counts = new Map<string, number>()
function count(text: string): number {
  const known = counts.get(text) ?? encode(text).length
  counts.set(text, known)
  return known
}

const done = new Map<string, Promise<Record_>>()

/** What the format holds of a case, computed once. */
function exported(caseName: string, directories: readonly string[]): Promise<Record_> {
  const key = [caseName, ...directories.toSorted()].join(' ')
  const known = done.get(key) ?? exportCase(caseName, directories)
  done.set(key, known)
  return known
}

async function exportCase(caseName: string, directories: readonly string[]): Promise<Record_> {
  const points = []
  for (const directory of directories) {
    const { results, problems } = await readResultDirectory(join(golden, caseName, directory))
    expect(problems).toEqual([])
    for (const result of results) {
      points.push({
        directory,
        name: basename(result.path, '.json'),
        result,
        requests: exportedRequests(result, count),
        count,
      })
    }
  }
  const [file] = await json.write({ points, problems: [], directories })
  return JSON.parse(String(file?.content)) as Record_
}

const expectedOf = (caseName: string) =>
  JSON.parse(readFileSync(join(golden, caseName, 'expected.json'), 'utf8')) as Record_

const foldersOf = (caseName: string) =>
  readdirSync(join(golden, caseName), { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? [entry.name] : [],
  )

const object = (value: Json | undefined) => (value ?? {}) as Record_
const text = (value: Json | undefined) => (typeof value === 'string' ? value : '')
const list = (value: Json | undefined) => (Array.isArray(value) ? value : []) as Record_[]
const figuresIn = (value: Json | undefined) =>
  (Array.isArray(value) ? list(value) : [object(value)]).flatMap((each) => list(each['figures']))

/** Where ours differs from the original's: values by 1e-9, fits by 1e-6 of the largest where they are well posed. */
function differences(
  wanted: Json | undefined,
  ours: Json | undefined,
  path: string,
  skip: readonly string[] = [],
): string[] {
  if (typeof wanted === 'number' && typeof ours === 'number') {
    return Math.abs(wanted - ours) <= 1e-9 * Math.abs(wanted) ? [] : [`${path}: ${ours}, not ${wanted}`]
  }
  if (Array.isArray(wanted)) {
    if (!Array.isArray(ours) || ours.length !== wanted.length) return [`${path}: another length`]
    return wanted.flatMap((each, i) => differences(each, ours[i], `${path}[${i}]`, skip))
  }
  if (typeof wanted === 'object' && wanted !== null) {
    if ('coefficients' in wanted) return fitDifferences(wanted, object(ours), path)
    return Object.entries(wanted).flatMap(([key, each]) =>
      skip.includes(key) ? [] : differences(each, object(ours)[key], `${path}.${key}`, skip),
    )
  }
  return wanted === ours ? [] : [`${path}: ${JSON.stringify(ours)}, not ${JSON.stringify(wanted)}`]
}

function fitDifferences(wanted: Record_, ours: Record_, path: string): string[] {
  const facts = ['degree', 'n', 'rank', 'well_posed'].filter((key) => wanted[key] !== ours[key])
  if (facts.length > 0) return [`${path}: ${facts.join(', ')} ${JSON.stringify(ours)}`]
  if (wanted['well_posed'] !== true) return []
  return (['coefficients', 'at_y'] as const).flatMap((key) => {
    const [right, found] = [wanted[key] as number[], ours[key] as number[]]
    const largest = Math.max(...right.map(Math.abs))
    return right.flatMap((value, i) =>
      Math.abs(value - (found[i] ?? NaN)) <= 1e-6 * largest ? [] : [`${path}.${key}[${i}]: ${found[i]}, not ${value}`],
    )
  })
}

/** The figure of ours with the same values under the keys. */
const same = (wanted: Record_, ours: readonly Record_[], keys: readonly string[]) =>
  ours.find((figure) => keys.every((key) => JSON.stringify(figure[key]) === JSON.stringify(wanted[key])))

function compareFigures(
  name: string,
  wanted: readonly Record_[],
  ours: readonly Record_[],
  keys: readonly string[],
): string[] {
  const missing = wanted.length === ours.length ? [] : [`${name}: ${ours.length} figures, not ${wanted.length}`]
  return [
    ...missing,
    ...wanted.flatMap((figure) => {
      const id = keys.map((key) => JSON.stringify(figure[key])).join(' ')
      const own = same(figure, ours, keys)
      return own === undefined ? [`${name}: no figure ${id}`] : differences(figure, own, `${name} ${id}`, ['file'])
    }),
  ]
}

const secondGeneration = ['pair-7b', 'groups', 'tp-13b', 'replicas-70b', 'openai-text', 'no-stream', 'plot-config']

describe.skipIf(!hasGolden)(
  "the original's second generation: groups, points and fits agree",
  { timeout: 60_000 },
  () => {
    test.each(hasGolden ? secondGeneration : [])('%s', async (name) => {
      const expected = expectedOf(name)
      const groups = object(expected['groups'])
      const directories = groups['directories'] as string[]
      const ours = await exported(name, directories)
      const first = (value: Json | undefined) =>
        figuresIn(value).filter((figure) => figure['directory'] === directories[0])
      expect([
        ...compareSets(groups, object(ours['groups'])),
        ...compareFigures(
          'throughput_latency',
          figuresIn(expected['throughput_latency']),
          figuresIn(ours['throughput_latency']),
          ['group'],
        ),
        ...('stopped_with' in object(list(expected['effective_throughput'])[0]) &&
        list(expected['effective_throughput'])[0]?.['stopped_with'] === null
          ? compareFigures(
              'effective_throughput',
              figuresIn(expected['effective_throughput']),
              figuresIn(ours['effective_throughput']),
              ['group', 'sla_generation', 'method'],
            )
          : []),
        ...(expected['latency_percentiles'] && list(expected['latency_percentiles'])[0]?.['stopped_with'] === null
          ? compareFigures(
              'latency_percentiles',
              figuresIn(expected['latency_percentiles']),
              percentilesOf(ours, expected),
              ['group', 'clients'],
            )
          : []),
        ...(expected['replica_scaling']
          ? compareFigures('replica_scaling', figuresIn(expected['replica_scaling']), first(ours['replica_scaling']), [
              'clients_per_replica',
            ])
          : []),
        ...list(expected['tp_sizes']).flatMap((one) =>
          compareFigures(
            `tp_sizes ${text(one['backend'])}`,
            list(one['figures']),
            figuresIn(ours['tp_sizes']).filter((figure) => figure['directory'] === one['backend']),
            ['model', 'prompt', 'gen', 'replicas'],
          ),
        ),
      ]).toEqual([])
    })
  },
)

/** The original's percentile plot knows two backends only. */
function percentilesOf(ours: Record_, expected: Record_): Record_[] {
  const known = Object.keys(object(figuresIn(expected['latency_percentiles'])[0]?.['backends']))
  return figuresIn(ours['latency_percentiles']).filter((figure) =>
    known.every((backend) => backend in object(figure['backends'])),
  )
}

function compareSets(wanted: Record_, ours: Record_): string[] {
  const sorted = (value: Json | undefined) =>
    JSON.stringify([...((value ?? []) as Json[])].map((each) => JSON.stringify(each)).sort())
  const warned = object(wanted['warned'])
  return [
    ...(sorted(wanted['plotted']) === sorted(ours['plotted']) ? [] : ['groups.plotted']),
    ...(Object.keys(warned).sort().join() === Object.keys(object(ours['warned'])).sort().join()
      ? []
      : ['groups.warned']),
    ...Object.keys(warned).filter(
      (directory) => sorted(warned[directory]) !== sorted(object(ours['warned'])[directory]),
    ),
  ]
}

describe.skipIf(!hasGolden)(
  'files: every number under the name that the original gives it',
  { timeout: 60_000 },
  () => {
    test.each(hasGolden ? readdirSync(golden).sort() : [])('%s', async (name) => {
      const expected = expectedOf(name)
      const files = object((await exported(name, foldersOf(name)))['files'])
      const found: string[] = []
      for (const [path, wanted] of Object.entries(object(expected['files'] ?? expected['files_g1_formulas']))) {
        const [own, right] = [object(files[path]), object(wanted)]
        if ('error' in right) {
          if (Object.keys(object(own['notes'])).length === 0) found.push(`${path}: no message`)
        } else found.push(...differences(right, own, path))
      }
      for (const [path, wanted] of Object.entries(object(expected['files_g2_formulas']))) {
        const { tokens_per_sec, ...others } = object(wanted)
        found.push(...differences({ ...others, tokens_per_sec_g2: tokens_per_sec }, files[path], `${path} (g2)`))
      }
      expect(found).toEqual([])
    })
  },
)

describe.skipIf(!hasGolden)("the original's first generation: its points and fits agree", { timeout: 60_000 }, () => {
  const scatter = (figure: Record_, names: readonly string[]) =>
    list(figure['scatter']).map((series, i) => ({ name: names[i] ?? '', x: series['x'], y: series['y'] }))

  test('throughput and latency: true pairs and their cubic', async () => {
    const ours = figuresIn((await exported('g1-7b', foldersOf('g1-7b')))['throughput_latency'])
    const found = figuresIn(expectedOf('g1-7b')['th_lat']).flatMap((figure) => {
      const [prompt, gen] = /Prompt: (\d+), Generation: (\d+)/.exec(text(figure['title']))!.slice(1).map(Number)
      const own = ours.find(({ group }) => (group as Json[])[4] === prompt && (group as Json[])[5] === gen)
      return scatter(figure, ['vllm', 'fastgen']).flatMap(({ name, x, y }, i) => {
        const series = list(own?.['series']).find((each) => each['directory'] === name)
        const pairs = (series?.['pairs_clients_throughput_latency'] ?? []) as number[][]
        return [
          ...differences(
            x,
            pairs.map((pair) => pair[1]!),
            `${name} x`,
          ),
          ...differences(
            y,
            pairs.map((pair) => pair[2]!),
            `${name} y`,
          ),
          ...differences(list(figure['fits'])[i], series?.['fit_of_pairs'], `${name} fit`),
        ]
      })
    })
    expect(found).toEqual([])
  })

  test('effective throughput: clients, values and their quartic', async () => {
    const ours = figuresIn((await exported('g1-7b', foldersOf('g1-7b')))['effective_throughput'])
    const wanted = figuresIn(expectedOf('g1-7b')['effective_throughput'])
    const found = wanted.flatMap((figure) => {
      const parts = /SLAp512g(\d+)_tp1_b768_p(\d+)g(\d+)_(\w+)\.png/.exec(text(figure['file']))!
      const own = ours.find(
        ({ group, sla_generation, method }) =>
          sla_generation === Number(parts[1]) &&
          (group as Json[])[4] === Number(parts[2]) &&
          (group as Json[])[5] === Number(parts[3]) &&
          method === parts[4],
      )
      return scatter(figure, ['fastgen', 'vllm']).flatMap(({ name, x, y }, i) => {
        const backend = object(object(own?.['backends'])[name])
        return [
          ...differences(x, backend['clients'], `${parts[0]} ${name} clients`),
          ...differences(y, backend['effective_throughput'], `${parts[0]} ${name}`),
          ...differences(list(figure['fits'])[i], backend['fit'], `${parts[0]} ${name} fit`),
        ]
      })
    })
    expect([ours.length, found]).toEqual([wanted.length, []])
  })

  test('percentiles leave out 100 requests and 2 tokens', async () => {
    const ours = figuresIn((await exported('g1-percentiles', foldersOf('g1-percentiles')))['latency_percentiles'])
    const found = figuresIn(expectedOf('g1-percentiles')['latency_percentile']).flatMap((figure) => {
      const clients = Number(/_c(\d+)_/.exec(text(figure['file']))![1])
      const own = ours.find((each) => each['clients'] === clients)
      return list(figure['bar']).flatMap((bar) => {
        const backend = object(object(own?.['backends'])[bar['label'] === 'vLLM' ? 'vllm' : 'fastgen'])
        return differences(
          bar['y'],
          [backend['p50']!, backend['p90']!, backend['p95']!],
          `c${clients} ${text(bar['label'])}`,
        )
      })
    })
    expect(found).toEqual([])
  })

  test('replicas and tensor-parallel sizes', async () => {
    const replicas = figuresIn((await exported('g1-replicas', foldersOf('g1-replicas')))['replica_scaling'])
    const [bars] = figuresIn(expectedOf('g1-replicas')['repl_scale'])
    const [bar] = list(bars?.['bar'])
    const sizes = figuresIn((await exported('g1-7b', foldersOf('g1-7b')))['tp_sizes'])
    const [size] = figuresIn(expectedOf('g1-7b')['tp_sizes'])
    const own = sizes.find((figure) => figure['directory'] === 'fastgen' && figure['prompt'] === 2600)
    const curve = list(own?.['tp'])[0]
    expect([
      ...differences(bar?.['x'], replicas[0]?.['replicas'], 'replicas'),
      ...differences(bar?.['y'], replicas[0]?.['throughput'], 'throughput'),
      ...differences(list(bars?.['fits'])[0], replicas[0]?.['fit'], 'line'),
      ...differences(list(size?.['scatter'])[0]?.['x'], curve?.['tflops_per_gpu'], 'TFLOPs'),
      ...differences(list(size?.['scatter'])[0]?.['y'], curve?.['latency'], 'latency'),
      ...differences(list(size?.['fits'])[0], curve?.['fit'], 'cubic'),
    ]).toEqual([])
  })
})
