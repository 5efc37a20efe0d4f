import { expect, test } from 'vitest'
import { growth, parseSamples } from './scrape.ts'

const page = (one: number, two: number) => `# TYPE requests_total counter
requests_total{engine="0",le="+Inf"} ${one}
requests_total{engine="1"} ${two}
requests_total_created{engine="0"} 1.79e9
`

test('a counter is summed over its labels, and taken by its exact name', () => {
  const [before, after] = [parseSamples(page(3, 4)), parseSamples(page(10, 6))]
  expect(after.get('requests_total')).toBe(16)
  expect(growth({ before, after }, 'requests_total')).toBe(9)
})

test('a counter that is not there is no zero', () => {
  const none = parseSamples('')
  expect(() => growth({ before: none, after: none }, 'requests_total')).toThrow('no counter requests_total')
})
