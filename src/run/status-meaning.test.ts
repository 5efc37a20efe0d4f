import { expect, test } from 'vitest'
import { started } from '../backends/testing/drive.ts'
import { startAzureWire } from '../stub/wires/azure.ts'
import { runBench } from './testing/run-bench.ts'

test("a status is told in the service's own words, in the result and in the error line", async () => {
  const wire = await started(startAzureWire({ failures: [{ from: 1, to: 4, fault: 429 }] }))
  const { points } = await runBench({ backends: ['aml'], baseUrl: wire.url, stream: false }, {})
  const [point] = points
  expect(point?.file?.servemark.failures).toMatchObject([
    { outcome: 'http_error', http_status: 429, meaning: expect.stringMatching(/^too many requests wait/), count: 3 },
  ])
  expect(point?.failure).toMatch(/3 of 6 failed: http_error 429 x3 \(too many requests wait: more than 2 x/)
})
