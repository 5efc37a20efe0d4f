import { describe, expect, test } from 'vitest'
import { syntheticResult } from '../report/testing.ts'
import type { AnyResult } from '../result/read-result.ts'
import { deadlineMethodNames } from '../metrics/classic/deadlines.ts'
import { plots } from './index.ts'
import { noConfig } from './plot-config.ts'
import type { Plot, PlotSettings, PlottedPoint } from './plot.ts'
import { plottedPoint, plottedPointOfAny } from './plotted-point.ts'
import { renderSvg } from './render.ts'
import { defaultSettings } from './settings.ts'
import { lightTheme } from './theme.ts'

interface Given {
  readonly clients?: number
  readonly backend?: string
  readonly tensorParallel?: number
  readonly replicas?: number
  readonly requests?: number
  readonly stream?: boolean
  readonly model?: string
}

/** A file of the original: requests of four gaps that take longer with more clients. */
function original(given: Given = {}): PlottedPoint {
  const { clients = 1, backend = 'vllm', tensorParallel = 1, replicas = 1, requests = 8, stream = true } = given
  const gap = 0.02 * Math.sqrt(clients)
  const details = Array.from({ length: requests }, (_, i) => {
    const start = 1000 + Math.floor(i / clients) * (0.2 + 4 * gap)
    const token_gen_time = stream ? [0.2, gap, gap * 1.1, gap * 6, gap] : []
    const end_time = start + 0.2 + 9.1 * gap
    return {
      generated_tokens: ['a', 'b', 'c', 'd', 'e'],
      prompt: 'p',
      start_time: start,
      end_time,
      model_time: 0 as const,
      token_gen_time,
    }
  })
  const model = given.model ?? 'meta-llama/Llama-2-7b-hf'
  const point = {
    model,
    tensorParallel,
    maxRaggedBatchSize: 768,
    replicas,
    promptTokens: 2600,
    outputTokens: 60,
    clients,
  }
  const file = { args: { backend, stream }, time: '2026-01-01 00:00:00.000000', response_details: details }
  const result: AnyResult = { kind: 'original', generation: 2, path: 'x.json', file, point, errorAnswers: 0 }
  return plottedPointOfAny(result, backend, () => 200)
}

const draw = (plot: Plot, points: readonly PlottedPoint[], settings: Partial<PlotSettings> = {}) =>
  plot.draw({ points, theme: lightTheme, looks: {} }, { ...defaultSettings, ...settings })

const loads = (backend: string) => [1, 2, 4, 8].map((clients) => original({ clients, backend }))
const everything = [
  ...loads('vllm'),
  ...loads('fastgen'),
  original({ clients: 2, backend: 'fastgen', replicas: 2 }),
  original({ clients: 2, backend: 'fastgen', tensorParallel: 2 }),
  ...[1, 2].map((clients) =>
    plottedPoint(
      syntheticResult({
        clients,
        metrics: {
          goodput: { unit: 'requests/s', value: 1, note: '8 of 8 requests met ttft <= 0.5 s' },
          goodput_share: { unit: 'share', value: 0.5 },
        },
      }),
    ),
  ),
]

describe.each(['honest', 'classic'] as const)('in the %s look', (look) => {
  test.each(Object.values(plots))('$id: the same data gives the same SVG, in any order of the files', async (plot) => {
    const [figure] = draw(plot, everything, { look })
    const [again] = draw(
      plot,
      everything.toReversed().toSorted((a, b) => (a.curve < b.curve ? -1 : 1)),
      { look },
    )
    const [sorted] = draw(
      plot,
      everything.toSorted((a, b) => (a.curve < b.curve ? -1 : 1)),
      { look },
    )
    expect(figure).toBeDefined()
    expect(await renderSvg(sorted!.spec)).toBe(await renderSvg(again!.spec))
  })

  test.each(Object.values(plots))('$id: nothing given, nothing drawn', (plot) => {
    expect(draw(plot, [], { look })).toEqual([])
  })

  test.each(Object.values(plots))('$id: the data of its figures is JSON', (plot) => {
    for (const { data } of draw(plot, everything, { look })) expect(JSON.parse(JSON.stringify(data))).toEqual(data)
  })

  test.each(Object.values(plots))('$id: no figure has the name of another', (plot) => {
    const names = draw(plot, [...loads('vllm'), ...loads('fastgen')], { look }).map((figure) => figure.group)
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('effective throughput', () => {
  test('a title says which of the two deadlines held', () => {
    const titles = draw(plots['effective-throughput'], loads('vllm'), { generationRates: [4] }).map(
      ({ title }) => title,
    )
    expect(titles.map((title) => /\((cum|ema16)\)/.exec(title)?.[1])).toEqual(deadlineMethodNames)
  })

  test('answers that were not streamed are told, not drawn', () => {
    const told: string[] = []
    const points = [original({ stream: false })]
    expect(draw(plots['effective-throughput'], points, { tell: (line) => told.push(line) })).toEqual([])
    expect(told).toContainEqual(
      'effective-throughput: vllm clients=1: an answer has no token times: it was not streamed',
    )
  })
})

describe('replica scaling', () => {
  const points = [
    original({ clients: 2 }),
    original({ clients: 4, replicas: 2 }),
    original({ clients: 3, replicas: 2 }),
  ]

  test('points without a whole number of clients a replica are in no bar, and told', () => {
    const figures = draw(plots['repl-scale'], points)
    expect(figures.map(({ data }) => data)).toMatchObject([
      { clients_per_replica: 2, replicas: [1, 2], uneven: ['3 clients on 2 replicas'] },
    ])
  })

  test('the original rounds clients a replica down: a load of 1.5 is one of 1', () => {
    const [figure] = draw(plots['repl-scale'], [original({ clients: 1 }), original({ clients: 3, replicas: 2 })], {
      look: 'classic',
    })
    expect(figure?.data).toMatchObject({ clients_per_replica: 1, replicas: [1, 2] })
  })
})

describe('tensor-parallel sizes', () => {
  test('a mixture of experts does not tell its size: told, not drawn', () => {
    const told: string[] = []
    const points = [original({ model: 'mistralai/Mixtral-8x7B-v0.1' })]
    expect(draw(plots['tp-sizes'], points, { tell: (line) => told.push(line) })).toEqual([])
    expect(told).toEqual([expect.stringContaining('the size of mistralai/Mixtral-8x7B-v0.1')])
  })
})

describe('interactivity', () => {
  test('the front holds the points that no other beats in both', () => {
    const [figure] = draw(plots.interactivity, loads('vllm'))
    const [curve] = (figure?.data['curves'] ?? []) as {
      points: { on_front: boolean; interactivity: number; output_tokens_per_second: number }[]
    }[]
    const points = curve!.points
    const beaten = points.map((one) =>
      points.some(
        (other) =>
          other.interactivity > one.interactivity && other.output_tokens_per_second > one.output_tokens_per_second,
      ),
    )
    expect(points.map((point) => point.on_front)).toEqual(beaten.map((lost) => !lost))
  })
})

describe('timeline', () => {
  test('a gap of over five median gaps is a stall, where it was', () => {
    const [figure] = draw(plots.timeline, [original()])
    const [first] = (figure?.data['requests'] ?? []) as { first_token_s: number; stalls_s: [number, number][] }[]
    const [from, to] = first!.stalls_s[0]!
    expect(first!.stalls_s).toHaveLength(1)
    expect([from - first!.first_token_s, to - from].map((value) => Number(value.toFixed(6)))).toEqual([0.042, 0.12])
  })

  test('requests that were on the wire at once have rows of their own', () => {
    const [figure] = draw(plots.timeline, [original({ clients: 4 })])
    const rows = (figure?.data['requests'] ?? []) as { row: number; sent_s: number; end_s: number }[]
    for (const [i, one] of rows.entries()) {
      const together = rows.slice(0, i).filter((other) => other.end_s > one.sent_s + 1e-6)
      expect(together.map((other) => other.row)).not.toContain(one.row)
    }
  })

  test('of very many points only the heaviest loads are drawn', () => {
    const told: string[] = []
    const figures = draw(plots.timeline, loads('vllm'), { mostTimelines: 3, tell: (line) => told.push(line) })
    expect([figures.map(({ data }) => data['clients']), told.length]).toEqual([[8], 1])
  })
})

describe('plot_config.yaml', () => {
  const config = { ...noConfig, label: 'my server', color: 'purple', marker: 's', linestyle: ':', polyfitDegree: 2 }

  test('label, colour, marker, line and fit reach the figure', async () => {
    const [figure] = draw(plots['th-lat'], loads('vllm'), { configs: { vllm: config } })
    const svg = await renderSvg(figure!.spec)
    expect(svg).toContain('>my server<')
    expect(svg).toMatch(/stroke="purple"[^>]*stroke-dasharray="2,3"/)
    expect((figure!.data['curves'] as { fit: object }[])[0]!.fit).toMatchObject({ degree: 2, well_posed: true })
  })

  test('points beyond x_max or y_max are left out and named', async () => {
    const points = loads('vllm')
    const yMax = points[2]!.meanLatencySeconds!
    const [figure] = draw(plots['th-lat'], points, { configs: { vllm: { ...noConfig, yMax } } })
    expect(await renderSvg(figure!.spec)).toContain('Beyond x_max or y_max of plot_config.yaml: vllm clients=8.')
  })
})

test('a fit never makes the axes of the honest look', async () => {
  const points = loads('vllm')
  const plain = draw(plots['th-lat'], points)[0]!
  const fitted = draw(plots['th-lat'], points, { configs: { vllm: { ...noConfig, polyfitDegree: 3 } } })[0]!
  const ticks = (svg: string) => [...svg.matchAll(/role-axis-label[\s\S]*?<\/g>/g)].map((match) => match[0])
  expect(ticks(await renderSvg(fitted.spec))).toEqual(ticks(await renderSvg(plain.spec)))
})
