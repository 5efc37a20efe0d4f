import { rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { makeRecording } from '../recording/testing.ts'
import { findKept, pointHash, type MeasurementInputs } from './resume.ts'
import { pointResult, someConfiguration, somePoint, temporaryDirectory } from './testing.ts'
import { writeResult } from './write-result.ts'

const inputs: MeasurementInputs = {
  configuration: someConfiguration,
  point: somePoint,
  model: 'some/model',
  argv: ['server', '--port', 'PORT'],
  env: {},
  identity: { version: '1' },
  headers: { 'x-route': 'hash-a' },
  promptsSha256: null,
  programVersion: '0.1.0',
  rehearsed: true,
  host: { host: 'a', cpu: 'b' },
}

describe('the hash of a point', () => {
  test.each<[string, Partial<MeasurementInputs>]>([
    ['num_requests', { point: { ...somePoint, requests: 9 } }],
    ['stream', { point: { ...somePoint, stream: false } }],
    ['the variance of lengths', { point: { ...somePoint, promptTokensVar: 0.1 } }],
    ['server arguments', { argv: ['server', '--fp6'] }],
    ['the environment of the server', { env: { A: '1' } }],
    ['its version', { identity: { version: '2' } }],
    ['the program', { programVersion: '0.2.0' }],
    ['a load generator that did not rehearse', { rehearsed: false }],
    ['the host', { host: { host: 'c' } }],
    ['a header', { headers: { 'x-route': 'hash-b' } }],
    ['the content of the prompts file', { promptsSha256: 'other' }],
    ['the address', { configuration: { ...someConfiguration, endpoint: null } }],
  ])('changes with %s', (_, change) => {
    expect(pointHash({ ...inputs, ...change })).not.toBe(pointHash(inputs))
  })
  test('does not change with thresholds and labels', () => {
    const point = { ...somePoint, label: 'other', thresholds: { 'ttft.p50': { max: 1 } }, maxErrorRate: 0.5 }
    expect(pointHash({ ...inputs, point })).toBe(pointHash(inputs))
  })
  test('does not change with the order of keys', () => {
    expect(pointHash({ ...inputs, host: { cpu: 'b', host: 'a' } })).toBe(pointHash(inputs))
  })
})

describe('a sealed result', () => {
  const measuredAt = 1_795_300_000
  const later = new Date((measuredAt + 7201) * 1000)
  async function sealed(given: Parameters<typeof pointResult>[1] = {}) {
    const result = pointResult(temporaryDirectory(), given)
    await writeResult(result, new Date(measuredAt * 1000))
    return result.paths
  }
  test('of the same hash is kept, with its age', async () => {
    const { json } = await sealed()
    expect(await findKept(json, 'hash-1', later)).toMatchObject({ kept: true, text: 'kept, measured 2 h ago' })
  })
  test('of another hash is not', async () => {
    const { json } = await sealed()
    expect(await findKept(json, 'hash-2', later)).toEqual({ kept: false, reason: 'measured under other conditions' })
  })
  test('that was judged invalid is not', async () => {
    const recording = makeRecording([{ sent: 0, columns: { outcome: 'http_error' } }])
    const { json } = await sealed({ recording })
    expect(await findKept(json, 'hash-1', later)).toEqual({ kept: false, reason: 'its verdict was invalid' })
  })
  test('without its chunks is not', async () => {
    const { json, chunks } = await sealed()
    rmSync(chunks)
    expect(await findKept(json, 'hash-1', later)).toMatchObject({
      kept: false,
      reason: expect.stringContaining('cannot be read'),
    })
  })
  test('that is not there says so', async () => {
    expect(await findKept('/nowhere/x.json', 'h', later)).toEqual({ kept: false, reason: 'not measured yet' })
  })
})
