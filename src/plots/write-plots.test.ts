import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { syntheticResult } from '../report/testing.ts'
import { writePlots } from './write-plots.ts'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'servemark-plots-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('writes SVG and PNG of each group', async () => {
  const outDir = await folder()
  const base = join(outDir, 'plots/throughput_latency/meta-llama_Llama-2-7b-hf-tp1-bs768-replicas1-prompt1200-gen60')
  const written = await writePlots([syntheticResult({ clients: 1 }), syntheticResult({ clients: 2 })], outDir)
  expect(written.filter((path) => path.includes('throughput_latency'))).toEqual([`${base}.svg`, `${base}.png`])
  expect(await readFile(`${base}.svg`, 'utf8')).toMatch(/^<svg /)
})

test('a PNG is twice as wide as its SVG', async () => {
  const [svgPath = '', pngPath = ''] = await writePlots([syntheticResult()], await folder())
  const width = Number(/width="([\d.]+)"/.exec(await readFile(svgPath, 'utf8'))?.[1])
  const png = await readFile(pngPath)
  expect(Math.abs(png.readUInt32BE(16) - 2 * width)).toBeLessThanOrEqual(1)
})

test('no results, no plots', async () => {
  expect(await writePlots([], await folder())).toEqual([])
})

test('a name with control characters is drawn', async () => {
  const [svgPath = '', pngPath = ''] = await writePlots(
    [syntheticResult({ model: 'a\u001B[31m\u0000b' })],
    await folder(),
  )
  const svg = await readFile(svgPath, 'utf8')
  expect(svg).toContain(String.raw`a\x1B[31m\x00b`)
  expect((await readFile(pngPath)).length).toBeGreaterThan(1000)
})

test('an endless name: a short file name and a cut title', async () => {
  const outDir = await folder()
  const [svgPath = ''] = await writePlots([syntheticResult({ model: '長'.repeat(256) })], outDir)
  expect(Buffer.byteLength(basename(svgPath))).toBeLessThan(255)
  expect(await readFile(svgPath, 'utf8')).toContain('長…')
})

test('endless names stay apart', async () => {
  const label = (end: string) => 'l'.repeat(240) + end
  const requests = { outcome: ['ok'], phase: ['measure'], sent_s: [0], last_token_s: [1], client: [0] }
  const results = ['a', 'b'].map((end) => {
    const file = syntheticResult({ label: label(end) })
    return { ...file, servemark: { ...file.servemark, requests } }
  })
  const written = (await writePlots(results, await folder())).filter((path) => path.includes('timeline'))
  expect(new Set(written).size).toBe(4)
  expect(Math.max(...written.map((path) => Buffer.byteLength(basename(path))))).toBeLessThan(255)
})
