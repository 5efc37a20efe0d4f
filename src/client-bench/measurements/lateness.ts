import { quantileOf, runBench } from '../bench-run.ts'
import { poissonTimes } from '../shapes.ts'
import { heldToNumber, type Target } from '../target.ts'
import { cores, time } from '../units.ts'
import { turns, type Measurement } from './measurement.ts'

const rates = [100, 1000]
const shapeOf = (rate: number): string => `${rate.toLocaleString('en-US')} requests/s`
const tokensEach = 8

export const lateness: Measurement = {
  id: 'lateness',
  title: `Open loop, Poisson arrivals, ${tokensEach} tokens a request: how late requests are sent`,
  columns: [
    { name: 'send_p50', title: 'own stamp p50', format: time },
    { name: 'send_p99', title: 'p99', format: time, ratio: true },
    { name: 'received_p50', title: 'at the stub p50', format: time },
    { name: 'received_p99', title: 'p99', format: time, ratio: true },
    { name: 'error_p99', title: '|e| p99', format: time },
    { name: 'cores', title: 'cores', format: cores },
  ],
  targets: [target('p50', 'send_p50', 10e-6), target('p99', 'send_p99', 200e-6)],
  async measure({ clients, quick, rounds, figures, say, ...surroundings }) {
    const seconds = quick ? 2 : 6
    for (const perSecond of quick ? [1000] : rates) {
      const times = poissonTimes(perSecond, seconds)
      for (let round = 0; round < rounds; round++) {
        for (const client of turns(clients, round)) {
          const run = await runBench(
            client,
            {
              schedule: { ttftMs: 20, gapMs: 20, phase: 'fixed' },
              job: {
                streams: 64,
                warmup: { rounds: 8, tokens: tokensEach },
                tokens: new Array<number>(times.length).fill(tokensEach),
                promptBytes: 512,
                pace: { kind: 'open', seconds: times },
              },
              settleSeconds: 0.5,
              untilSeconds: seconds,
            },
            surroundings,
          )
          const { writeLateness, receiveLateness } = run.paired
          const late = (values: Float64Array, share: number): number => quantileOf(values, share) / 1e9
          const seen = {
            send_p50: late(writeLateness, 0.5),
            send_p99: late(writeLateness, 0.99),
            received_p50: late(receiveLateness, 0.5),
            received_p99: late(receiveLateness, 0.99),
            error_p99: run.errorQuantile(0.99) / 1e9,
            cores: run.cpuPerChunk * run.chunkRate,
          }
          figures.add(client.id, shapeOf(perSecond), seen)
          say(
            `${shapeOf(perSecond)}, ${client.label}: sent late by p50 ${time(seen.send_p50)}, p99 ${time(seen.send_p99)}`,
          )
        }
      }
    }
  },
}

function target(quantile: string, name: string, bound: number): Target {
  const shape = shapeOf(1000)
  return {
    text: `send lateness at 1,000 requests/s: ${quantile} at most ${time(bound)}`,
    judge: (figures) => [
      heldToNumber('at most', { shape, figure: figures.get('servemark', shape, name), bound, format: time }),
    ],
  }
}
