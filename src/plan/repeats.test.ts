import { expect, test } from 'vitest'
import { backends } from '../backends/index.ts'
import { checkDistinctNames, resultName } from '../result/names.ts'
import { expandBench } from './expand.ts'
import { parseFlags } from './flags.ts'
import { parseBench, parseRunOptions } from './parse-bench.ts'

const points = (...words: string[]) => {
  const input = { backends: ['openai'], promptTokens: [10], outputTokens: [5], clients: [1, 2] }
  const bench = parseBench('a.bench.ts', input, parseFlags(words).bench)
  const [configuration] = expandBench('a', bench, backends)
  if (!configuration) throw new Error('no configuration')
  return configuration.points.map((point) => ({ configuration, point, model: 'm', run: point.repeat + 1 }))
}

test('--repeats runs the whole sweep again, each run with a name of its own', () => {
  const repeated = points('--repeats', '2')
  expect(repeated.map(({ point }) => point.label)).toEqual([
    'prompt=10 gen=5 clients=1',
    'prompt=10 gen=5 clients=2',
    'prompt=10 gen=5 clients=1 run=2',
    'prompt=10 gen=5 clients=2 run=2',
  ])
  expect(repeated.map(resultName).at(-1)).toMatch(/clients2-run2$/)
  expect(() => checkDistinctNames(repeated)).not.toThrow()
})

test('objectives come from flags: limits, and deadlines by their rates', () => {
  const [first] = points('--objective', 'ttft<0.5', 'cum=512/4')
  expect(first?.point.objectives).toEqual({ ttft: 0.5, cum: { prompt: 512, generation: 4 } })
  expect(() => points('--objective', 'tftt<1')).toThrow(/"tftt<1" is no objective/)
})

test('--fail-on-regression takes percent and shares', () => {
  const share = (word: string) => parseRunOptions(parseFlags(['--fail-on-regression', word]).run).failOnRegression
  expect([share('5%'), share('0.05')]).toEqual([0.05, 0.05])
  expect(() => share('much')).toThrow(/"much" is no share; write 5% or 0.05/)
})
