import { seededRandom, type SeededRandom } from '../../workload/seeded-random.ts'
import type { Arrival, Stage } from '../types.ts'
import { rateCurve } from './rate-curve.ts'

/** When each measured request is to be sent. */
export interface Schedule {
  /** Seconds from the start of the measured part, ascending. */
  readonly seconds: Float64Array
  /** Place in the list of stages. */
  readonly stage: Int32Array
}

/**
 * The send times of an open loop, before anything is sent. Gaps of mean 1 by the arrival law become times through the
 * integral of the rate, so a law holds at any rate and within ramps, and the times of two rates with one seed are the
 * same pattern at two speeds. Nothing is rescaled to meet a count or an end: the last time is where the law puts it.
 * Ends with the last stage or after `requests`, whichever is first; one of them must be finite.
 */
export function arrivalSchedule(given: {
  readonly stages: readonly Stage[]
  readonly arrival: Arrival
  readonly requests: number | null
  readonly seed: number
}): Schedule {
  const curve = rateCurve(given.stages)
  const limit = given.requests ?? Infinity
  if (limit === Infinity && curve.seconds === Infinity) throw new Error('a schedule without end')
  const position = laws[given.arrival.kind](given.arrival, seededRandom('arrivals', given.seed))
  const seconds: number[] = []
  const stage: number[] = []
  for (let index = 0; index < limit; index++) {
    const at = curve.at(position(index))
    if (at === null) break
    seconds.push(at.seconds)
    stage.push(at.stage)
  }
  return { seconds: Float64Array.from(seconds), stage: Int32Array.from(stage) }
}

/** Where request `index` stands on a scale on which one request is expected in each unit. Asked in order, from 0. */
type Position = (index: number) => number

const laws: { readonly [Kind in Arrival['kind']]: (arrival: Arrival, random: SeededRandom) => Position } = {
  constant: () => (index) => index,
  poisson: (_, random) => summed(() => exponential(random)),
  gamma: (arrival, random) => {
    const shape = arrival.kind === 'gamma' ? arrival.burstiness : 1
    return summed(() => gamma(shape, random) / shape)
  },
}

function summed(gap: () => number): Position {
  let sum = 0
  return () => (sum += gap())
}

const exponential = (random: SeededRandom): number => -Math.log(1 - random.next())

/** Box and Muller's first value. */
function standardNormal(random: SeededRandom): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next())
}

/** Gamma of scale 1 by Marsaglia and Tsang's rejection (2000); below shape 1 by their power of a uniform. */
function gamma(shape: number, random: SeededRandom): number {
  if (shape < 1) return gamma(shape + 1, random) * (1 - random.next()) ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const normal = standardNormal(random)
    const v = (1 + c * normal) ** 3
    if (v <= 0) continue
    if (Math.log(1 - random.next()) < normal ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}
