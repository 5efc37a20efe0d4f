import { describe, expect, test } from 'vitest'
import { UserError } from '../errors.ts'
import { checkDistinctNames, resultName, resultPaths, type NamedPoint } from './names.ts'
import { someConfiguration, somePoint } from './testing.ts'

const named = (change: {
  point?: Partial<NamedPoint['point']>
  parameters?: Partial<NamedPoint['configuration']['parameters']>
  resultLabel?: string
  run?: number
  model?: string
}): NamedPoint => ({
  configuration: {
    ...someConfiguration,
    resultLabel: change.resultLabel ?? 'openai',
    parameters: { ...someConfiguration.parameters, ...change.parameters },
  },
  point: { ...somePoint, ...change.point },
  model: change.model ?? 'meta-llama/Llama-2-7b-hf',
  run: change.run ?? 1,
})
const base = 'meta-llama_Llama-2-7b-hf-tp1-bs768-replicas1-prompt10-gen3-clients2'

describe('the name of a result', () => {
  test("is the original's", () => {
    expect(resultName(named({}))).toBe(base)
  })
  test('says when answers were not streamed', () => {
    expect(resultName(named({ point: { stream: false } }))).toBe(`${base}-nostream`)
  })
  test('counts runs from the second', () => {
    expect(resultName(named({ run: 2 }))).toBe(`${base}-run2`)
  })
  test.each([
    [{ point: { route: 'chat' as const } }],
    [{ point: { extraBody: { priority: 1 } } }],
    [{ point: { promptTokensVar: 0 } }],
    [{ parameters: { own: { quantization: 'fp6' } } }],
    [{ parameters: { serverArgs: ['--enforce-eager'] } }],
  ])('has a hash for what it has no place for: %o', (change) => {
    expect(resultName(named(change))).toMatch(new RegExp(`^${base}-[0-9a-f]{8}$`))
  })
  test('differs with the value that has no place', () => {
    const name = (seconds: number) => resultName(named({ point: { extraBody: { seconds } } }))
    expect(name(1)).not.toBe(name(2))
    expect(name(1)).toBe(name(1))
  })
  test("a backend's default has no hash", () => {
    const own = { parameters: { own: { slots: 4 } } }
    expect(resultName({ ...named(own), ownDefaults: { slots: 4 } })).toBe(base)
  })
  test('of a path stays in its directory', () => {
    expect(resultName(named({ model: '../models/tiny.gguf' }))).not.toContain('/')
  })
  test('of an endless model name fits a file system', () => {
    expect(resultName(named({ model: 'm'.repeat(400) })).length).toBeLessThan(200)
  })
})

describe('two points with one name', () => {
  test('are refused before the start', () => {
    const points = [named({}), named({ point: { requests: 99, label: 'prompt=10 gen=3 clients=2 again' } })]
    expect(() => checkDistinctNames(points)).toThrow(UserError)
    expect(() => checkDistinctNames(points)).toThrow(/two points would write the result openai\/.*again/)
  })
  test('may stand under two labels', () => {
    expect(() => checkDistinctNames([named({}), named({ resultLabel: 'other' })])).not.toThrow()
  })
})

test('files of a point lie beside each other', () => {
  expect(resultPaths('out', 'vllm', 'n')).toMatchObject({
    json: 'out/vllm/n.json',
    chunks: 'out/vllm/n.chunks.arrow',
    series: 'out/vllm/n.series.arrow',
  })
})
