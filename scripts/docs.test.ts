import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { differences } from '../src/metrics/classic/differences.ts'
import { metrics } from '../src/metrics/index.ts'
import { metricDocs } from '../src/report/metric-docs.ts'

test('docs/metrics.md is what the declarations say: npm run docs writes it', async () => {
  expect(await readFile(new URL('../docs/metrics.md', import.meta.url), 'utf8')).toBe(metricDocs())
})

test('each metric of the original has its difference from ours, which exist', () => {
  const ids: readonly string[] = metrics.map((metric) => metric.id)
  const classic = ids.filter((id) => id.startsWith('classic.'))
  expect(classic.filter((id) => !differences.some((each) => id.startsWith(each.classic)))).toEqual([])
  expect(differences.flatMap((each) => each.ours).filter((id) => !ids.includes(id))).toEqual([])
})
