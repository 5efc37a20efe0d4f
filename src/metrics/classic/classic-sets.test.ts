import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { originalPoint } from '../../result/original-point.ts'
import type { ResponseDetail } from '../../result/schema.ts'
import { classicGroup, type ClassicGroup, type ClassicPoint } from './classic-point.ts'
import { classicRequestsOf } from './classic-request.ts'
import type { DeadlineMethod } from './deadlines.ts'
import { classicPromptRate, effectiveThroughput } from './effective-throughput.ts'
import { commonGroups, pointsOf } from './groups.ts'
import { replicaScaling } from './replica-scaling.ts'
import { tokenLatencyPercentiles } from './token-latency-percentiles.ts'
import { tpSizes } from './tp-sizes.ts'

/** Numbers that the original computed; they lie beside the repository and may be absent. */
const golden = fileURLToPath(new URL('../../../../shared/golden/cases/', import.meta.url))
const cases = existsSync(golden)
  ? globSync('*/expected.json', { cwd: golden }).map((path) => dirname(path)).sort() // prettier-ignore
  : []
if (cases.length === 0) console.warn(`skipped: the original's golden numbers are not at ${golden}`)

interface File {
  readonly prompt_tokens?: readonly number[]
}
type Group = [string, number, number, number, number, number]
interface Expected {
  readonly files?: Record<string, File>
  readonly files_g1_formulas?: Record<string, File>
  readonly groups?: { directories: string[]; plotted: Group[]; warned: Record<string, Group[]> }
  readonly effective_throughput?: { figures: EffectiveFigure[] }[]
  readonly latency_percentiles?: {
    skip_head_token_num: number
    skip_request_num: number
    figures: { group: Group; clients: number; backends: Record<string, Percentiles> }[]
  }[]
  readonly latency_percentile?: { figures: { bar: { label: string; y: number[] }[]; file: string }[] }[]
  readonly replica_scaling?: { figures: ReplicaFigure[] } | { figures: ReplicaFigure[] }[]
  readonly repl_scale?: { figures: { bar: { x: number[]; y: number[] }[] }[] }[]
  readonly tp_sizes?: { backend?: string; figures: TpFigure[] }[]
}
interface EffectiveFigure {
  group?: Group
  sla_generation?: number
  method?: DeadlineMethod
  backends?: Record<string, { clients: number[]; effective_throughput: number[]; passed_share: number[] }>
  file: string
  scatter?: { x: number[]; y: number[]; label: string }[]
}
interface Percentiles {
  pooled: number
  p50: number
  p90: number
  p95: number
}
interface ReplicaFigure {
  tp: number
  prompt: number
  gen: number
  clients_per_replica: number
  replicas: number[]
  throughput: number[]
}
interface TpFigure {
  prompt?: number
  gen?: number
  tp?: { label: string; tflops_per_gpu: number[]; latency: number[] }[]
  scatter?: { x: number[]; y: number[]; label: string }[]
}

interface Loaded {
  readonly expected: Expected
  readonly directories: Record<string, ClassicPoint[]>
}
const loaded = new Map<string, Loaded>()

/** Points by directory; the prompts' tokens are those that the expected numbers were computed with. */
function load(name: string): Loaded {
  const known = loaded.get(name)
  if (known) return known
  const expected = JSON.parse(readFileSync(join(golden, name, 'expected.json'), 'utf8')) as Expected
  const directories: Record<string, ClassicPoint[]> = {}
  for (const directory of expected.groups?.directories ?? []) directories[directory] = []
  for (const [path, { prompt_tokens: counts }] of Object.entries(expected.files ?? expected.files_g1_formulas ?? {})) {
    const { args, response_details } = JSON.parse(readFileSync(join(golden, name, path), 'utf8')) as {
      args: Record<string, unknown>
      response_details: ResponseDetail[]
    }
    const point = originalPoint(join(golden, name, path), args)
    const group = classicGroup(point)
    if (!group) continue
    const requests = classicRequestsOf(response_details, null).map((request, i) =>
      Object.assign(request, { promptTokens: counts?.[i] ?? 0 }),
    )
    ;(directories[dirname(path)] ??= []).push({ group, clients: point.clients ?? 0, requests })
  }
  loaded.set(name, { expected, directories })
  return { expected, directories }
}

const asGroup = ([model, tp, bs, replicas, prompt, gen]: Group): ClassicGroup => ({
  model,
  tensorParallel: tp,
  maxRaggedBatchSize: bs,
  replicas,
  promptTokens: prompt,
  outputTokens: gen,
})
const casesWith = (key: keyof Expected) =>
  cases.filter((name) => JSON.parse(readFileSync(join(golden, name, 'expected.json'), 'utf8'))[key] !== undefined)

/** Within 1e-9 of each other, number by number. */
function expectClose(found: readonly (number | null | undefined)[], right: readonly number[]): void {
  const off = right.filter((value, i) => !(Math.abs((found[i] ?? NaN) - value) <= 1e-9 * Math.abs(value)))
  expect({ length: found.length, off }).toEqual({ length: right.length, off: [] })
}

describe.skipIf(cases.length === 0)('the original agrees to 1e-9', () => {
  test.each(casesWith('groups'))('%s: groups plotted and left out', (name) => {
    const { expected, directories } = load(name)
    const { plotted, missing } = commonGroups(directories)
    const { groups } = expected
    expect(plotted).toEqual(expect.arrayContaining((groups?.plotted ?? []).map(asGroup)))
    expect(plotted).toHaveLength(groups?.plotted.length ?? -1)
    for (const [directory, wanted] of Object.entries(groups?.warned ?? {})) {
      expect(missing[directory]).toEqual(expect.arrayContaining(wanted.map(asGroup)))
      expect(missing[directory]).toHaveLength(wanted.length)
    }
  })

  test.each(casesWith('effective_throughput'))('%s: effective throughput', (name) => {
    const { expected, directories } = load(name)
    for (const figure of expected.effective_throughput?.flatMap((each) => each.figures) ?? []) {
      const { group, method, sla_generation: generation } = figure
      if (!group || !method || !generation) continue
      for (const [backend, wanted] of Object.entries(figure.backends ?? {})) {
        const points = pointsOf(directories[backend] ?? [], asGroup(group))
        const found = points.map(({ requests }) =>
          effectiveThroughput(requests, method, { prompt: classicPromptRate, generation }),
        )
        expect(points.map((point) => point.clients)).toEqual(wanted.clients)
        expectClose(found.map((each) => each.value), wanted.effective_throughput) // prettier-ignore
        expect(found.map((each) => (each.value === null ? null : each.passedShare))).toEqual(wanted.passed_share)
      }
    }
  })

  test.each(casesWith('latency_percentiles'))('%s: percentiles of token latency', (name) => {
    const { expected, directories } = load(name)
    for (const { skip_head_token_num, skip_request_num, figures } of expected.latency_percentiles ?? []) {
      for (const { group, clients, backends } of figures) {
        for (const [backend, wanted] of Object.entries(backends)) {
          const point = pointsOf(directories[backend] ?? [], asGroup(group)).find((each) => each.clients === clients)
          const { value } = tokenLatencyPercentiles(point?.requests ?? [], {
            requests: skip_request_num,
            headTokens: skip_head_token_num,
          })
          expect(value?.pooled).toBe(wanted.pooled)
          expectClose([value?.p50, value?.p90, value?.p95], [wanted.p50, wanted.p90, wanted.p95])
        }
      }
    }
  })

  test.each(casesWith('latency_percentile'))('%s: percentiles, first generation', (name) => {
    const { expected, directories } = load(name)
    for (const { bar, file } of expected.latency_percentile?.flatMap((each) => each.figures) ?? []) {
      const clients = Number(/_c(\d+)_/.exec(file)?.[1])
      for (const { label, y } of bar) {
        const wanted = Object.entries(directories).find(([path]) => path.includes('vllm') === (label === 'vLLM'))?.[1]
        const point = wanted?.find((each) => each.clients === clients)
        expect(point?.clients).toBe(clients)
        const { value } = tokenLatencyPercentiles(point?.requests ?? [], { requests: 100, headTokens: 2 })
        expectClose([value?.p50, value?.p90, value?.p95], y)
      }
    }
  })

  test.each(casesWith('replica_scaling'))('%s: replica scaling', (name) => {
    const { expected, directories } = load(name)
    const wanted = [expected.replica_scaling ?? []].flat().flatMap((each) => each.figures)
    const figures = replicaScaling(directories['fastgen'] ?? [])
    expect(figures).toHaveLength(wanted.length)
    for (const { clients_per_replica: load, replicas, throughput } of wanted) {
      const found = figures.find((figure) => figure.clientsPerReplica === load)
      expect(found?.replicas).toEqual(replicas)
      expectClose(found?.throughput ?? [], throughput)
    }
  })

  test.each(casesWith('repl_scale'))('%s: replica scaling, first generation', (name) => {
    const { expected, directories } = load(name)
    const [figure] = replicaScaling(Object.values(directories).flat())
    const wanted = expected.repl_scale?.[0]?.figures[0]?.bar[0]
    expect(figure?.replicas).toEqual(wanted?.x)
    expectClose(figure?.throughput ?? [], wanted?.y ?? [])
  })

  test.each(casesWith('tp_sizes'))('%s: TP sizes', (name) => {
    const { expected, directories } = load(name)
    for (const { backend, figures } of expected.tp_sizes ?? []) {
      for (const { prompt, gen, tp, scatter } of figures) {
        const from = Object.entries(directories).find(([path]) => path === (backend ?? 'logs.llama2-7b-tp1-b768'))?.[1]
        const found = tpSizes(from ?? []).find(
          ({ group }) => group.promptTokens === (prompt ?? 2600) && group.outputTokens === (gen ?? 60),
        )
        const curves = tp ?? (scatter ?? []).map(({ x, y, label }) => ({ label, tflops_per_gpu: x, latency: y }))
        expect(found?.degrees.map((curve) => `TP=${curve.tensorParallel}`)).toEqual(curves.map((curve) => curve.label))
        for (const [i, curve] of curves.entries()) {
          expectClose(found?.degrees[i]?.tflopsPerGpu ?? [], curve.tflops_per_gpu)
          expectClose(found?.degrees[i]?.latency ?? [], curve.latency)
        }
      }
    }
  })
})
