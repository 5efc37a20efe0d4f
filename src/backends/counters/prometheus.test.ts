import { expect, test } from 'vitest'
import { readSamples } from './prometheus.ts'

const samples = (text: string) => Object.fromEntries(readSamples(text))

test('series of one name add up over their labels', () => {
  expect(samples('a_total{engine="0"} 256.0\na_total{engine="1"} 144.0\n')).toEqual({ a_total: 400 })
})

test('a name is a whole name', () => {
  const text = '# HELP a help\n# TYPE a counter\na 1\na_created 1.7952990727670908e+09\na_bucket{le="+Inf"} 7\n'
  expect(samples(text)).toEqual({ a: 1, a_created: 1795299072.7670908, a_bucket: 7 })
})

test("labels' values may hold anything", () => {
  expect(samples('a{model="x} 9 \\" y",b="c"} 2 1795299072000')).toEqual({ a: 2 })
})

test('colons are underscores', () => {
  expect(samples('vllm:a_total 1\nvllm_a_total 2')).toEqual({ vllm_a_total: 3 })
})

test('what is no number, or no sample, is passed over', () => {
  expect(samples('a NaN\nb +Inf\n<html>\n\nc 3')).toEqual({ c: 3 })
})
