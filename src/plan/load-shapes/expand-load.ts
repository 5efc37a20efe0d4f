import { UserError } from '../../errors.ts'
import type { Bench } from '../options.ts'
import type { Load } from './schema.ts'
import type { Arrival, ConcurrencyCap, LoadShape } from '../types.ts'
import { defaultDurationSeconds } from './constant-rate.ts'
import { constantStage } from './open-loop.ts'

/** The bench's load as one shape a point. Throws a UserError (exit code 2) where its parts contradict each other. */
export function expandLoad(bench: Bench): LoadShape[] {
  const load = loadOf(bench)
  return (expanders as Expanders)[load.kind](load, bench)
}

/** Keys that each are a load; what the command line says of one replaces all of the file's. */
export const loadKeys = ['load', 'stages', 'requestRate', 'clients'] as const

function loadOf(bench: Bench): Load {
  if (bench.load) return bench.load
  if (bench.stages) return { kind: 'stages', stages: bench.stages }
  if (bench.requestRate) return { kind: 'constantRate', rates: bench.requestRate }
  return { kind: 'closedLoop', clients: bench.clients }
}

type Expanders = Readonly<Record<Load['kind'], (load: Load, bench: Bench) => LoadShape[]>>

const expanders: {
  readonly [Kind in Load['kind']]: (load: Extract<Load, { kind: Kind }>, bench: Bench) => LoadShape[]
} = {
  closedLoop({ clients, duration }, bench) {
    const openOnly = (['arrival', 'burstiness', 'maxConcurrency'] as const).find((key) => bench[key] !== null)
    if (openOnly) throw new UserError(`${openOnly} is for an open loop: give requestRate or stages with it`, 2)
    const durationSeconds = duration ?? bench.duration
    return clients.map((each) => ({
      kind: 'closedLoop',
      clients: each,
      staggerSeconds: bench.stagger,
      durationSeconds,
    }))
  },
  constantRate(load, bench) {
    const seconds = load.duration ?? bench.duration ?? (bench.requests === null ? defaultDurationSeconds : null)
    return load.rates.map((rate) => ({
      kind: 'constantRate',
      stages: [constantStage(rate, seconds)],
      ...openLoopParts(load, bench),
    }))
  },
  stages: (load, bench) => [{ kind: 'stages', stages: load.stages, ...openLoopParts(load, bench) }],
}

function openLoopParts(
  load: Exclude<Load, { kind: 'closedLoop' }>,
  bench: Bench,
): { arrival: Arrival; cap: ConcurrencyCap | null } {
  const burstiness = load.burstiness ?? bench.burstiness
  const kind = load.arrival ?? bench.arrival ?? (burstiness === null ? 'poisson' : 'gamma')
  if (kind !== 'gamma' && burstiness !== null) {
    throw new UserError(`burstiness ${burstiness} is for arrival gamma, not ${kind}`, 2)
  }
  if (kind === 'gamma' && burstiness === null) throw new UserError('arrival gamma needs a burstiness, e.g. 0.5', 2)
  const maxConcurrency = load.maxConcurrency ?? bench.maxConcurrency
  return {
    arrival: kind === 'gamma' ? { kind, burstiness: burstiness ?? 1 } : { kind },
    cap: maxConcurrency === null ? null : { maxConcurrency, onCap: load.onCap ?? bench.onCap },
  }
}
