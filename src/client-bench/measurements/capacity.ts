import { runBench, type BenchRun } from '../bench-run.ts'
import type { Client } from '../clients/client.ts'
import type { ClientId } from '../clients/index.ts'
import { streamsShape } from '../shapes.ts'
import { heldTo } from '../target.ts'
import { rate, share, time } from '../units.ts'
import { highestPassing } from './ramp.ts'
import type { Measurement, Measuring } from './measurement.ts'

const streamCount = 512
const shapeName = `${streamCount} streams with turnover`
const requestSeconds = 1.2
const lowest = 2000
const step = 1.14

/** What the stamps may be off by for a rate to count as accurate. */
const bounds = { errorP99Seconds: 1e-3, sharedShare: 0.01 }
/** A stub later than this on its own schedule sends no even load any more. */
const stubLatenessNs = 1e6

export const capacity: Measurement = {
  id: 'capacity',
  title: `Accurate capacity, ${shapeName}: most chunks/s with p99|e| of at most 1 ms and at most 1 % sharing a read`,
  columns: [
    { name: 'capacity', title: 'chunks', format: rate, ratio: true },
    { name: 'error_p99', title: '|e| p99 there', format: time },
    { name: 'shared', title: 'share a read', format: share },
    { name: 'cpu', title: 'CPU a chunk', format: time },
  ],
  targets: [
    {
      text: 'accurate capacity: at least 8 x undici dispatch',
      judge: (figures) => [
        heldTo('at least', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'capacity'),
          of: figures.get('dispatch', shapeName, 'capacity'),
          bound: (dispatch) => 8 * dispatch,
          format: rate,
        }),
      ],
    },
    {
      text: 'accurate capacity: at least 0.45 x C',
      judge: (figures) => [
        heldTo('at least', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'capacity'),
          of: figures.get('c', shapeName, 'capacity'),
          bound: (c) => 0.45 * c,
          format: rate,
        }),
      ],
    },
  ],
  async measure(measuring) {
    for (const client of measuring.clients) await climb(client, measuring)
  },
}

async function climb(client: Client & { readonly id: ClientId }, measuring: Measuring): Promise<void> {
  const { quick, figures, say } = measuring
  const found = await highestPassing<BenchRun>({
    lowest,
    step,
    // A coarse ramp is what a minute allows.
    coarseSteps: 4,
    fine: !quick,
    tries: quick ? 1 : 2,
    attempt: async (chunksPerSecond) => {
      const run = await runBench(client, shapeAt(chunksPerSecond, quick), measuring)
      const passes = run.errorQuantile(0.99) / 1e9 <= bounds.errorP99Seconds && run.sharedShare <= bounds.sharedShare
      const limited = run.stubLateness > stubLatenessNs || run.chunkRate < 0.85 * chunksPerSecond
      say(
        `capacity ${rate(chunksPerSecond)}, ${client.label}: |e| p99 ${time(run.errorQuantile(0.99) / 1e9)}, ${share(run.sharedShare)} share a read${passes ? '' : ': too much'}${limited ? ' (the stub kept no more than ' + rate(run.chunkRate) + ')' : ''}`,
      )
      return { passes, limited: limited && run.stubLateness > stubLatenessNs, result: run }
    },
  })
  const run = found.result
  if (run === null) {
    figures.add(client.id, shapeName, { capacity: lowest }, '<')
    say(`capacity, ${client.label}: below ${rate(lowest)}, the lowest rate tried`)
    return
  }
  figures.add(
    client.id,
    shapeName,
    {
      capacity: run.chunkRate,
      error_p99: run.errorQuantile(0.99) / 1e9,
      shared: run.sharedShare,
      cpu: run.cpuPerChunk,
    },
    found.limited ? '>=' : '',
  )
}

function shapeAt(chunksPerSecond: number, quick: boolean) {
  const tokensPerSecond = chunksPerSecond / streamCount
  return streamsShape({
    streams: streamCount,
    tokensPerSecond,
    phase: 'staggered',
    meanTokens: Math.max(16, requestSeconds * tokensPerSecond),
    settleSeconds: quick ? 0.4 : 1,
    windowSeconds: quick ? 1 : 2.5,
  })
}
