import { runBench, type BenchRun } from '../bench-run.ts'
import { streamsShape } from '../shapes.ts'
import { heldTo, heldToNumber, type Target } from '../target.ts'
import { share, time } from '../units.ts'
import { turns, type Column, type Measurement, type Measuring } from './measurement.ts'

export const shapeOf = (streams: number): string => `${streams} streams`

/** The libraries break long before the ends of the scale say more. */
const librarySizes = new Set([64, 256, 1024])
const sizes = [8, 64, 256, 512, 1024]
const quickSizes = [256, 1024]

export const streams: Measurement = {
  id: 'streams',
  title: 'Streams of 50 tokens/s, staggered, all started at once',
  columns: [
    { name: 'error_p50', title: '|e| p50', format: time, ratio: true },
    { name: 'error_p99', title: '|e| p99', format: time, ratio: true },
    { name: 'cpu', title: 'CPU a chunk', format: time, ratio: true },
    { name: 'ttft_error', title: 'TTFT dp99', format: time, ratio: true },
    { name: 'gap_error', title: 'ITL dp99', format: time, ratio: true },
    { name: 'shared', title: 'share a read', format: share },
    ...selfColumns(),
  ],
  targets: [
    errorTarget('p99|e| at 1,024 streams: at most 2.5 x C', 'c', 2.5),
    errorTarget('p99|e| at 1,024 streams: at most 1/50 of undici dispatch', 'dispatch', 1 / 50),
    {
      text: 'TTFT dp99, start burst included, 8 to 1,024 streams: at most 1 ms',
      judge: (figures) =>
        sizes.map((size) => {
          const shape = shapeOf(size)
          const figure = figures.get('servemark', shape, 'ttft_error')
          return heldToNumber('at most', { shape, figure, bound: 1e-3, format: time })
        }),
    },
    {
      text: 'ITL dp99, 64 to 1,024 streams: at most max(200 us, 1.5 x C)',
      judge: (figures) =>
        sizes.slice(1).map((size) => {
          const shape = shapeOf(size)
          return heldTo('at most', {
            shape,
            figure: figures.get('servemark', shape, 'gap_error'),
            of: figures.get('c', shape, 'gap_error'),
            bound: (c) => Math.max(200e-6, 1.5 * c),
            format: time,
          })
        }),
    },
    cpuTarget(256, 1.6),
    cpuTarget(1024, 2.3),
  ],
  measure: (measuring) => measureStreams(measuring, { phase: 'staggered', sizes, quickSizes }),
}

export function selfColumns(): readonly Column[] {
  return [
    { name: 'canary_p99', title: 'own: canary p99', format: time },
    { name: 'bound_p99', title: 'own: bound p99', format: time },
  ]
}

interface Sweep {
  readonly phase: 'staggered' | 'lockStep'
  readonly sizes: readonly number[]
  readonly quickSizes: readonly number[]
}

/** Every client at every size; libraries at three of them. */
export async function measureStreams(measuring: Measuring, { phase, sizes, quickSizes }: Sweep): Promise<void> {
  const { quick, rounds, figures, say } = measuring
  const seconds = quick ? { settleSeconds: 0.4, windowSeconds: 1.2 } : { settleSeconds: 1, windowSeconds: 3 }
  for (const size of quick ? quickSizes : sizes) {
    const shape = streamsShape({ streams: size, tokensPerSecond: 50, phase, meanTokens: 64, ...seconds })
    for (let round = 0; round < rounds; round++) {
      for (const client of turns(measuring.clients, round)) {
        if (client.kind === 'library' && !librarySizes.has(size)) continue
        const run = await runBench(client, shape, measuring)
        const seen = figuresOf(run)
        figures.add(client.id, shapeOf(size), seen)
        say(
          `${phase} ${size} streams, ${client.label}: |e| p99 ${time(seen.error_p99)}, ${time(seen.cpu)} a chunk, stub late by p99 ${time(run.stubLateness / 1e9)}`,
        )
      }
    }
  }
}

export function figuresOf(run: BenchRun) {
  const { selfReported } = run
  return {
    error_p50: run.errorQuantile(0.5) / 1e9,
    error_p99: run.errorQuantile(0.99) / 1e9,
    cpu: run.cpuPerChunk,
    ttft_error: Math.abs(run.ttftError) / 1e9,
    gap_error: Math.abs(run.gapError) / 1e9,
    shared: run.sharedShare,
    stub_lateness_p99: run.stubLateness / 1e9,
    canary_p99: (selfReported?.canaryP99Ns ?? NaN) / 1e9,
    bound_p99: (selfReported?.boundP99Ns ?? NaN) / 1e9,
  }
}

function errorTarget(text: string, other: 'c' | 'dispatch', factor: number): Target {
  const shape = shapeOf(1024)
  return {
    text,
    judge: (figures) => [
      heldTo('at most', {
        shape,
        figure: figures.get('servemark', shape, 'error_p99'),
        of: figures.get(other, shape, 'error_p99'),
        bound: (value) => factor * value,
        format: time,
      }),
    ],
  }
}

function cpuTarget(size: number, factor: number): Target {
  const shape = shapeOf(size)
  return {
    text: `CPU a chunk at ${size.toLocaleString('en-US')} streams: at most ${factor} x C`,
    judge: (figures) => [
      heldTo('at most', {
        shape,
        figure: figures.get('servemark', shape, 'cpu'),
        of: figures.get('c', shape, 'cpu'),
        bound: (c) => factor * c,
        format: time,
      }),
    ],
  }
}
