import { expect, test } from 'vitest'
import { syntheticResult, type SyntheticPoint } from '../testing.ts'
import { arrange } from './series.ts'

const named = (points: readonly SyntheticPoint[], folders: readonly string[] = []) => {
  const results = points.map(syntheticResult)
  const { series, works, placed } = arrange(results, (result) => folders[results.indexOf(result)] ?? null)
  return { names: series.map(({ name }) => name), works, placed, series }
}

test('the label alone where it tells apart, and the configuration where it does not', () => {
  expect(
    named([
      { label: 'a', configuration: 'x' },
      { label: 'b', configuration: 'y' },
    ]).names,
  ).toEqual(['a', 'b'])
  expect(
    named([
      { label: 'a', configuration: 'x' },
      { label: 'a', configuration: 'y' },
    ]).names,
  ).toEqual(['a (x)', 'a (y)'])
})

test('with and without streaming, closed and open loops are curves of their own', () => {
  expect(named([{ clients: 1 }, { clients: 1, stream: false }]).names).toEqual(['vllm', 'vllm (not streamed)'])
  expect(named([{ clients: 1 }, { rate: 4 }]).names).toEqual(['vllm', 'vllm (open loop)'])
})

test('two runs of one server are told apart by their folders, runs of other loads are not', () => {
  expect(named([{}, {}], ['/out/before', '/out/after']).names).toEqual(['vllm (before)', 'vllm (after)'])
  expect(named([{ clients: 1 }, { clients: 2 }], ['/out/before', '/out/after']).names).toEqual(['vllm'])
})

test('other lengths and models are other work', () => {
  expect(named([{ promptTokens: 2600 }, { promptTokens: 1200 }]).works).toEqual([
    'Prompt 1,200 tokens, output 60 tokens',
    'Prompt 2,600 tokens, output 60 tokens',
  ])
  expect(named([{ model: 'm' }, { model: 'n' }]).works).toEqual([
    'm, prompt 1,200 tokens, output 60 tokens',
    'n, prompt 1,200 tokens, output 60 tokens',
  ])
})

test('points go by series and load, and no two series look alike', () => {
  const { placed, series } = named(['a', 'b', 'c'].flatMap((label) => [8, 1].map((clients) => ({ label, clients }))))
  expect(placed.map((each) => [each.series, each.result.servemark.point.clients])).toEqual([
    [0, 1],
    [0, 8],
    [1, 1],
    [1, 8],
    [2, 1],
    [2, 8],
  ])
  expect(new Set(series.map(({ shape }) => shape)).size).toBe(3)
  expect(new Set(series.map(({ dash }) => dash)).size).toBe(3)
})
