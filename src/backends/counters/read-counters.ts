import type { ProbeHttp } from '../backend.ts'
import { serverRoot } from '../base-url.ts'
import { counterNames, type CounterFamily, type CounterName } from './counter-family.ts'
import { plainName, readSamples } from './prometheus.ts'

/** A server's counters at one moment, over all its endpoints; a counter that it has not is null. */
export type CounterReading =
  | {
      readonly kind: 'read'
      readonly family: CounterFamily
      readonly values: Readonly<Record<CounterName, number | null>>
      /** Requests in the server at that moment, waiting ones too; null where it does not tell. */
      readonly inside: number | null
    }
  | { readonly kind: 'none'; readonly why: string }

/** Reads the first of `families` that the server tells. Never rejects: counters are extra. */
export async function readCounters(
  http: ProbeHttp,
  endpoints: readonly { readonly url: string }[],
  families: readonly CounterFamily[],
): Promise<CounterReading> {
  const readings: CounterReading[] = []
  for (const { url } of endpoints) readings.push(await readOne(http, serverRoot(url), families))
  return readings.reduce(together, readings[0] ?? { kind: 'none', why: 'the server has no endpoint' })
}

async function readOne(http: ProbeHttp, root: string, families: readonly CounterFamily[]): Promise<CounterReading> {
  let why = 'no counters of its are known'
  for (const path of new Set(families.map((family) => family.path))) {
    try {
      const { status, text } = await http.get(`${root}${path}`)
      const ofPath = families.filter((family) => family.path === path)
      const samples = status === 200 ? readSamples(text) : new Map<string, number>()
      const family = ofPath.find((one) => Object.values(one.counters).some((names) => sumOf(samples, names) !== null))
      if (family) return readingOf(family, samples)
      const hint = ofPath.flatMap((one) => one.hint ?? [])[0]
      why = `${status === 200 ? 'none of the known counters' : `status ${status}`} at ${path}${hint !== undefined && families.length === 1 ? `: ${hint}` : ''}`
    } catch (error) {
      why = error instanceof Error ? error.message : String(error)
    }
  }
  return { kind: 'none', why }
}

function readingOf(family: CounterFamily, samples: ReadonlyMap<string, number>): CounterReading {
  const value = (name: CounterName) => {
    const names = family.counters[name]
    return names === undefined ? null : sumOf(samples, names)
  }
  const gauges = family.inside.flatMap((name) => samples.get(plainName(name)) ?? [])
  return {
    kind: 'read',
    family,
    values: byName(value),
    inside: gauges.length === 0 ? null : gauges.reduce((sum, one) => sum + one, 0),
  }
}

/** Null without the first of them. */
function sumOf(samples: ReadonlyMap<string, number>, [first, ...more]: readonly [string, ...string[]]): number | null {
  const found = samples.get(plainName(first))
  return found === undefined ? null : more.reduce((sum, name) => sum + (samples.get(plainName(name)) ?? 0), found)
}

function together(one: CounterReading, other: CounterReading): CounterReading {
  if (one === other || one.kind === 'none') return one
  if (other.kind === 'none') return other
  if (one.family !== other.family) return { kind: 'none', why: 'its endpoints are servers of several kinds' }
  return {
    ...one,
    values: byName((name) => plus(one.values[name], other.values[name])),
    inside: plus(one.inside, other.inside),
  }
}

const plus = (one: number | null, other: number | null) => (one === null || other === null ? null : one + other)

/** What was counted between two readings; or why that is not known. */
export type CounterDifference =
  | {
      readonly kind: 'counted'
      readonly family: string
      readonly path: string
      readonly values: Readonly<Record<CounterName, number | null>>
      readonly insideBefore: number | null
    }
  | { readonly kind: 'none'; readonly why: string }

export function differenceOf(before: CounterReading, after: CounterReading): CounterDifference {
  if (before.kind === 'none') return before
  if (after.kind === 'none') return after
  const values = byName((name) => {
    const [first, last] = [before.values[name], after.values[name]]
    // A counter with labels may appear with its first event.
    return last === null ? null : last - (first ?? 0)
  })
  if (before.family !== after.family || Object.values(values).some((value) => value !== null && value < 0)) {
    const why = 'its counters went backwards: it was started again, or several servers answer at its address in turn'
    return { kind: 'none', why }
  }
  const { id, path } = before.family
  return { kind: 'counted', family: id, path, values, insideBefore: before.inside }
}

function byName(value: (name: CounterName) => number | null): Record<CounterName, number | null> {
  return Object.fromEntries(counterNames.map((name) => [name, value(name)])) as Record<CounterName, number | null>
}
