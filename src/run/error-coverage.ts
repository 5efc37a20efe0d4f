import { spawn } from 'node:child_process'
import type { LoadProcess } from '../load/process/load-process.ts'
import { measure } from '../metrics/measured.ts'
import { statedErrorOf } from '../metrics/stated-error.ts'
import { median, quantile, quantileNames, shownQuantiles } from '../metrics/statistics.ts'
import { pair, type Paired } from '../stub/paired.ts'
import { replayPlan, type StreamShape } from '../stub/replay.ts'
import type { Stub } from '../stub/stub.ts'
import type { CanaryServer } from './canary-server.ts'

/** One short point whose truth is known. */
export interface Trial {
  readonly shape: StreamShape
  /** Beside a process that wants a core for itself. */
  readonly hog: boolean
}

/** A figure of a trial, in seconds: what the result says of its error, and what the error was. */
export interface Verified {
  readonly figure: string
  readonly value: number
  readonly low: number
  readonly high: number
  readonly error: number
}

const ttftSeconds = 0.05

/** `count` trials from 1 to 1,024 streams, half of them with a hog beside, half in lock step, each with each. */
export function trials(count: number, seconds: number): readonly Trial[] {
  return Array.from({ length: count }, (_, place) => {
    // Neighbours of one kind are four apart, so that each kind runs through all numbers of streams.
    const step = Math.floor(place / 4) / Math.max(1, Math.ceil(count / 4) - 1)
    const streams = Math.round(2 ** (10 * step))
    const gapSeconds = streams > 256 ? 0.05 : 0.02
    // Two requests say next to nothing of a percentile.
    const requestsEach = Math.min(8, Math.max(2, Math.round(32 / streams)))
    const chunksEach = Math.max(2, Math.round(((0.9 * seconds) / requestsEach - ttftSeconds) / gapSeconds))
    return {
      hog: place % 2 === 1,
      shape: {
        streams,
        requestsEach,
        stream: true,
        ttftSeconds,
        gapSeconds,
        chunksEach,
        tokensPerChunk: 1,
        chunkBytes: 250,
        requestBytes: 2000,
        lockStep: place % 4 >= 2,
        staggerSeconds: 0.1,
      },
    }
  })
}

/** Measures one trial and compares. Rejects when a request was not answered. */
export async function verify(
  trial: Trial,
  { stub, canary, load }: { readonly stub: Stub; readonly canary: CanaryServer; readonly load: LoadProcess },
): Promise<readonly Verified[]> {
  await stub.clear()
  await using _hog = trial.hog ? startHog() : null
  const recording = await load.run(replayPlan(stub.url, trial.shape, { canary: canary.plan }))
  const paired = pair(recording, (await stub.log()).requests)
  if (paired.unpaired > 0) throw new Error(`${paired.unpaired} requests could not be compared with the stub's log`)
  const stated = statedErrorOf(
    measure(recording, {
      clients: trial.shape.streams,
      stream: true,
      model: 'stub',
      tensorParallel: 1,
      gpus: null,
      parametersBillion: null,
      promptTokens: 1,
      outputTokens: trial.shape.chunksEach,
      listedTokens: false,
      objectives: {},
      counters: null,
    }),
  )
  return Object.entries({ ttft: paired.ttft, itl: paired.itl, e2e_latency: paired.e2e }).flatMap(([metric, pairs]) =>
    quantileNames.map((name) => {
      const { value, error } = figureOf(pairs, shownQuantiles[name])
      const interval = stated?.[metric]?.[name]
      return { figure: `${metric}.${name}`, value, error, low: interval?.low_s ?? NaN, high: interval?.high_s ?? NaN }
    }),
  )
}

function figureOf({ reported, truth }: Paired['ttft'], share: number): { value: number; error: number } {
  const at = (values: readonly number[]) => quantile(Float64Array.from(values).sort(), share) ?? NaN
  return { value: at(reported), error: at(reported) - at(truth) }
}

function startHog(): AsyncDisposable {
  const child = spawn(process.execPath, ['-e', "process.on('disconnect', () => process.exit());for(;;);"], {
    stdio: 'ignore',
    timeout: 120_000,
  })
  return {
    async [Symbol.asyncDispose]() {
      const gone = new Promise((resolve) => child.once('exit', resolve))
      if (child.kill('SIGKILL')) await gone
    },
  }
}

/** How a figure did over all trials. */
export interface Coverage {
  readonly figure: string
  readonly trials: number
  readonly covered: number
  /** Medians over the trials: of the interval's width, and of that as a share of the largest that is useful. */
  readonly width: number
  readonly share: number
}

/** An interval wider than this says too little: 1 % of the value, 200 µs, or five times the error, whichever is most. */
const usefulWidth = ({ value, error }: Verified) => Math.max(0.01 * value, 200e-6, 5 * Math.abs(error))

export function coverageOf(verified: readonly Verified[]): readonly Coverage[] {
  return [...Map.groupBy(verified, ({ figure }) => figure)].map(([figure, all]) => ({
    figure,
    trials: all.length,
    covered: all.filter(({ error, low, high }) => error >= low && error <= high).length,
    width: median(all.map(({ low, high }) => high - low)),
    share: median(all.map((each) => (each.high - each.low) / usefulWidth(each))),
  }))
}
