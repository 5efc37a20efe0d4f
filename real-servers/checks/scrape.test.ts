import { expect, test } from 'vitest'
import { parseSamples } from './scrape.ts'

test('a sample is summed over its labels, and taken by its exact name', () => {
  const page = `# TYPE running gauge
running{engine="0",le="+Inf"} 10
running{engine="1"} 6
running_created{engine="0"} 1.79e9
`
  expect(parseSamples(page).get('running')).toBe(16)
  expect(parseSamples('').get('running')).toBeUndefined()
})
