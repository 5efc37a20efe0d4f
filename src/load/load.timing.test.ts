import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Recording } from '../recording/recording.ts'
import type { Outcome } from '../recording/vocabulary.ts'
import { startLoadProcess } from './process/load-process.ts'
import { testPlan } from './testing/plan.ts'

let outcomes: readonly Outcome[]
/** Stamp minus send time in ns, for events that had a read of their own. */
let errors: number[]
/** Gap stamped minus gap sent, ns. */
let gapErrors: number[]

beforeAll(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'servemark-timing-'))
  const server = spawn(process.execPath, [fileURLToPath(new URL('testing/timed-server.ts', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const load = startLoadProcess({ directory })
  try {
    const port = await new Promise<number>((resolve) => {
      server.stdout.once('data', (bytes: Buffer) => resolve(Number(bytes)))
    })
    await load.run(testPlan(port, { clients: 8, count: 32 }))
    const recording = await load.run(testPlan(port, { clients: 8, count: 128 }))
    outcomes = recording.requests.outcome
    ;({ errors, gapErrors } = compare(recording))
  } finally {
    await load.stop()
    server.stdin.end()
    await rm(directory, { recursive: true })
  }
}, 60_000)

afterAll(() => {
  const shown = [0.01, 0.5, 0.99].map((share) => `${(quantile(errors, share) / 1000).toFixed(0)} us`)
  console.log(`arrival error p1, p50, p99: ${shown.join(', ')}`)
})

function compare({ chunks, anchor, text }: Recording): { errors: number[]; gapErrors: number[] } {
  const sent = Buffer.from(text).toString().trim().split(' ').map(Number)
  const times = [...chunks.time].map((time) => time + anchor.monotonicNs)
  const rows = sent.map((_, row) => row).filter((row) => chunks.read[row] !== chunks.read[row - 1])
  const pairs = rows.filter((row) => row > 0 && chunks.request[row] === chunks.request[row - 1])
  return {
    errors: rows.map((row) => times[row]! - sent[row]!),
    gapErrors: pairs.map((row) => Math.abs(times[row]! - times[row - 1]! - (sent[row]! - sent[row - 1]!))),
  }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(share * (values.length - 1))]!
}

test('every request is answered', () => {
  expect(outcomes).toEqual(new Array(128).fill('ok'))
})

test('no event is stamped before it was sent', () => {
  expect(Math.min(...errors)).toBeGreaterThan(-20_000)
})

test('half of the events are stamped within 1 ms of their sending', () => {
  expect(quantile(errors, 0.5)).toBeLessThan(1e6)
})

test('half of the gaps are within 1 ms of the gaps sent', () => {
  expect(quantile(gapErrors, 0.5)).toBeLessThan(1e6)
})
