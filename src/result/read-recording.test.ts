import { appendFileSync, rmSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { deriveMetrics } from '../metrics/index.ts'
import { measure } from '../metrics/measured.ts'
import type { Recording } from '../recording/recording.ts'
import { readRecording } from './read-recording.ts'
import { pointResult, someRecording, temporaryDirectory } from './testing.ts'
import { writeResult } from './write-result.ts'

async function stored(recording: Recording = someRecording()) {
  const result = pointResult(temporaryDirectory(), { recording })
  const { path } = await writeResult(result, new Date())
  return { result, path }
}

const facts = {
  clients: 2,
  stream: true,
  model: 'some/model',
  tensorParallel: 1,
  gpus: null,
  parametersBillion: null,
  promptTokens: 10,
  outputTokens: 3,
  listedTokens: false,
  objectives: {},
  counters: null,
}

describe('a recording read from its files', () => {
  test('is the one that was written, but for its text', async () => {
    const { result, path } = await stored()
    const { recording } = await readRecording(path)
    expect(recording).toEqual({ ...result.recording, text: new Uint8Array() })
  })
  test('gives the stored metrics again', async () => {
    const { path } = await stored()
    const { file, recording } = await readRecording(path)
    expect(JSON.parse(JSON.stringify(deriveMetrics(measure(recording, facts))))).toEqual(file.servemark.metrics)
  })
  test('keeps fractions of a nanosecond to double precision', async () => {
    const original = someRecording()
    const time = original.chunks.time.map((time) => time + 1 / 3)
    const { path } = await stored({ ...original, chunks: { ...original.chunks, time } })
    const { recording } = await readRecording(path)
    expect(Math.max(...recording.chunks.time.map((value, row) => Math.abs(value - time[row]!)))).toBeLessThan(1e-5)
  })
  test('brings the series back', async () => {
    const series = [
      { name: 'cpu', unit: 'share', time: Float64Array.of(1e9, 2e9), value: Float64Array.of(0.5, 0.25) },
      { name: 'queue', unit: 'requests', time: Float64Array.of(1e9), value: Float64Array.of(3) },
    ]
    const { path } = await stored({ ...someRecording(), series })
    expect((await readRecording(path)).recording.series).toEqual(series)
  })
})

describe('chunks that do not belong to the JSON', () => {
  test('are refused by their hash', async () => {
    const { result, path } = await stored()
    appendFileSync(result.paths.chunks, 'x')
    await expect(readRecording(path)).rejects.toThrow('is not the file that was sealed with')
  })
  test('are missed by name', async () => {
    const { result, path } = await stored()
    rmSync(result.paths.chunks)
    await expect(readRecording(path)).rejects.toThrow(/chunks\.arrow cannot be read \(ENOENT\)/)
  })
})
