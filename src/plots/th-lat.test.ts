import { describe, expect, test } from 'vitest'
import { syntheticResult, type SyntheticPoint } from '../report/testing.ts'
import { plottedPoint } from './plotted-point.ts'
import { renderPng, renderSvg } from './render.ts'
import { lightTheme } from './theme.ts'
import { throughputLatency } from './th-lat.ts'

type Row = [clients: number, requestsPerSecond: number | null, latency: number | null, more?: SyntheticPoint]

function draw(rows: readonly Row[]) {
  const points = rows.map(([clients, requestsPerSecond, latency, more]) =>
    plottedPoint(syntheticResult({ clients, requestsPerSecond, latency, ...more })),
  )
  return throughputLatency.draw({ points, theme: lightTheme, looks: {} })
}

async function svgOf(rows: readonly Row[]): Promise<string> {
  const [figure] = draw(rows)
  if (figure === undefined) throw new Error('nothing drawn')
  return renderSvg(figure.spec)
}

/** The points in the order drawn, by their accessible names. */
const pointsIn = (svg: string) => [...svg.matchAll(/aria-label="([^"]* clients?: [^"]*)"/g)].map((match) => match[1])

const saturating: Row[] = [
  [1, 0.5, 2],
  [8, 1.8, 4.5],
  [16, 1.6, 10],
  [32, 1.7, 19],
]

test('the same data gives the same SVG, byte for byte, and the same PNG', async () => {
  const [first, second] = [await svgOf(saturating), await svgOf(saturating)]
  expect(second).toBe(first)
  expect((await renderPng(second)).equals(await renderPng(first))).toBe(true)
})

test('the order of the files does not matter', async () => {
  expect(await svgOf(saturating.toReversed())).toBe(await svgOf(saturating))
})

test('pairs stay pairs where throughput falls again', async () => {
  expect(pointsIn(await svgOf(saturating))).toEqual([
    'vllm, 1 client: 0.500 requests/s, 2.00 s, valid',
    'vllm, 8 clients: 1.80 requests/s, 4.50 s, valid',
    'vllm, 16 clients: 1.60 requests/s, 10.0 s, valid',
    'vllm, 32 clients: 1.70 requests/s, 19.0 s, valid',
  ])
})

test('points stand where their values are', async () => {
  // axes to 2 requests/s and 20 s over 640 x 380 pixels
  const svg = await svgOf(saturating)
  const places = [...svg.matchAll(/aria-label="[^"]* clients?: [^"]*"[^>]*transform="translate\(([^)]*)\)"/g)]
  expect(places.map((match) => match[1]?.split(',').map((value) => Math.round(Number(value))))).toEqual([
    [160, 342],
    [576, 295],
    [512, 190],
    [544, 19],
  ])
})

test('points are joined by straight lines, and nothing lies beyond them', async () => {
  const lines = [...(await svgOf(saturating)).matchAll(/stroke-linecap="round"/g)]
  expect(lines).toHaveLength(saturating.length - 1)
})

test('an invalid point is crossed out and the lines to it are dotted', async () => {
  const svg = await svgOf([
    [1, 1, 1],
    [2, 2, 1.5, { status: 'invalid' }],
    [4, 3, 2],
  ])
  expect(svg.match(new RegExp(`stroke="${lightTheme.bad}"`, 'g'))).toHaveLength(1)
  expect(svg.match(/stroke-dasharray="2,5"/g)).toHaveLength(2)
  expect(svg).toContain('Crossed out: the verdict is invalid')
})

test('a valid point is solid, a suspect one hollow', async () => {
  const fills = (svg: string) => [...svg.matchAll(/ valid"[^>]*fill="([^"]*)"| suspect"[^>]*fill="([^"]*)"/g)]
  const svg = await svgOf([
    [1, 1, 1],
    [2, 2, 1.5, { status: 'suspect' }],
  ])
  const [valid, suspect] = fills(svg)
  expect(valid?.[1]).not.toBe(lightTheme.hollow)
  expect(suspect?.[2]).toBe(lightTheme.hollow)
  expect(svg).toContain('Hollow points: the verdict is suspect')
})

test('a point without latency is named instead of drawn', async () => {
  const svg = await svgOf([
    [1, 1, 1],
    [64, null, null],
  ])
  expect(pointsIn(svg)).toHaveLength(1)
  expect(svg).toContain('Not drawn, because no request ended well: vllm clients=64.')
})

test('points without any value give no figure', () => {
  expect(draw([[1, null, null]])).toEqual([])
})

test('one point makes a figure', async () => {
  expect(pointsIn(await svgOf([[16, 123.4, 0.081]]))).toHaveLength(1)
})

test("the server's caveat stands below", async () => {
  const caveat = 'llama.cpp on CPU, randomly initialised weights: speed is real, text is noise'
  expect(await svgOf([[1, 1, 1, { caveat }]])).toContain(caveat)
})

test('a long model name breaks into lines, whole', async () => {
  const model = `/models/${'some-folder/'.repeat(12)}model.gguf`
  const svg = await svgOf([[1, 1, 1, { model }]])
  const title = /role-title-text[\s\S]*?<\/g>/.exec(svg)?.[0] ?? ''
  const lines = [...title.matchAll(/<tspan[^>]*>([^<]*)</g)].map((match) => match[1])
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('')).toBe(model)
})

test('text from files is escaped', async () => {
  expect(await svgOf([[1, 1, 1, { label: '<script>x</script>' }]])).not.toContain('<script')
})

describe('groups and curves', () => {
  test('another prompt length is another figure', () => {
    const figures = draw([
      [1, 1, 1],
      [1, 1, 1, { promptTokens: 2600 }],
    ])
    expect(figures.map((figure) => figure.group)).toEqual([
      'meta-llama_Llama-2-7b-hf-tp1-bs768-replicas1-prompt1200-gen60',
      'meta-llama_Llama-2-7b-hf-tp1-bs768-replicas1-prompt2600-gen60',
    ])
  })

  test('each label is a curve, named at its end', async () => {
    const svg = await svgOf([
      [1, 1, 1, { label: 'before' }],
      [2, 1.5, 2, { label: 'before' }],
      [1, 3, 1, { label: 'after' }],
      [2, 4, 5, { label: 'after' }],
    ])
    expect(svg.match(/>before</g)).toHaveLength(2) // the text and its halo
    expect(svg.match(/stroke-linecap="round"/g)).toHaveLength(2)
  })

  test('points of one label with and without streaming are not joined', async () => {
    const svg = await svgOf([
      [1, 1, 1],
      [2, 2, 2, { stream: false }],
    ])
    expect(svg).not.toContain('stroke-linecap="round"')
    expect(svg).toContain('vllm (no stream)')
  })
})
