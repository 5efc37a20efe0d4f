import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { noConfig } from './plot-config.ts'
import { readPlotConfig } from './read-plot-config.ts'

async function read(yaml: string | null) {
  const folder = await mkdtemp(join(tmpdir(), 'servemark-config-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  if (yaml !== null) await writeFile(join(folder, 'plot_config.yaml'), yaml)
  const { config, problems } = await readPlotConfig(folder)
  return { config, problems: problems.map((problem) => problem.replace(basename(folder), 'd')) }
}

test('every key is read', async () => {
  const yaml = 'label: "vLLM"\ncolor: "purple"\nmarker: "s"\nlinestyle: "--"\npolyfit_degree: 0\nx_max : 30\ny_max : 10'
  expect(await read(yaml)).toEqual({
    config: { label: 'vLLM', color: 'purple', marker: 's', linestyle: '--', polyfitDegree: 0, xMax: 30, yMax: 10 },
    problems: [],
  })
})

test.each([null, '', 'label:'])('nothing said is nothing changed (%s)', async (yaml) => {
  expect(await read(yaml)).toEqual({ config: noConfig, problems: [] })
})

test('markers and colours that YAML takes for numbers are names', async () => {
  expect((await read('marker: 8\ncolor: 0.5')).config).toMatchObject({ marker: '8', color: '0.5' })
})

test.each([
  ['colour: red', 'd/plot_config.yaml: "colour" is not a key; known: label, color, marker,'],
  ['linestyle: "~"', 'd/plot_config.yaml: linestyle "~" is left out: not one of - solid'],
  ['x_max: big', 'd/plot_config.yaml: x_max "big" is left out: not a number'],
  ['polyfit_degree: 1.5', 'd/plot_config.yaml: polyfit_degree 1.5 is left out: '],
  ['- a', 'd/plot_config.yaml is broken: it holds no keys'],
  ['a: [', 'd/plot_config.yaml is broken: '],
])('a slip is one line, and the rest holds: %s', async (yaml, line) => {
  const { problems } = await read(yaml)
  expect(problems).toEqual([expect.stringContaining(line)])
  expect(problems[0]).not.toContain('\n')
})
