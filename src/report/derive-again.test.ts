import { readFile, writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { pointResult, temporaryDirectory } from '../result/testing.ts'
import { writeResult } from '../result/write-result.ts'
import type { ResultFile } from '../result/schema.ts'
import { deriveAgain, lacksMetrics } from './derive-again.ts'

const stored = () => writeResult(pointResult(temporaryDirectory()), new Date())

test('the metrics of a stored point come out as they were', async () => {
  const { path, file } = await stored()
  const again = await deriveAgain(path)
  expect(JSON.parse(JSON.stringify(again.servemark.metrics))).toEqual(
    JSON.parse(JSON.stringify(file.servemark.metrics)),
  )
})

test('goodput for other objectives needs no new run', async () => {
  const { path, file } = await stored()
  expect(file.servemark.metrics['goodput']).toMatchObject({ value: null })
  const share = async (ttft: number) => (await deriveAgain(path, { ttft })).servemark.metrics['goodput_share']
  expect(await share(1e9)).toMatchObject({ value: 8 / 9 })
  expect(await share(1e-9)).toMatchObject({ value: 0 })
})

test('a metric that the file does not know is derived', async () => {
  const { path, file } = await stored()
  const earlier = JSON.parse(await readFile(path, 'utf8')) as { servemark: { metrics: Record<string, unknown> } }
  delete earlier.servemark.metrics['stalls']
  await writeFile(path, JSON.stringify(earlier))
  expect(lacksMetrics(file)).toBe(false)
  expect(lacksMetrics(earlier as unknown as ResultFile)).toBe(true)
  expect((await deriveAgain(path)).servemark.metrics['stalls']).toEqual(file.servemark.metrics['stalls'])
})
