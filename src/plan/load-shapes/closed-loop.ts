import type { ClosedLoopShape } from '../types.ts'
import type { LoadKind, LoadWords } from './load-kind.ts'

/** Requests are planned for so many a second and client where only a time is given; a note tells if they run out. */
const plannedPerSecond = 1

export const closedLoop: LoadKind<ClosedLoopShape> = {
  words: ({ clients }) => clientWords(clients),
  unnamed: ({ durationSeconds }) => (durationSeconds === null ? {} : { durationSeconds }),
  requests: ({ clients, durationSeconds }, asked) =>
    asked ?? Math.max(4 * clients + 32, Math.ceil(clients * plannedPerSecond * (durationSeconds ?? 0))),
  concurrency: ({ clients }) => clients,
  warmupPerRound: ({ clients }) => clients,
  clients: ({ clients }) => clients,
  sendingSeconds: ({ durationSeconds }) => durationSeconds,
  stored: ({ clients, staggerSeconds, durationSeconds }) => ({
    clients,
    stagger_s: staggerSeconds,
    duration_s: durationSeconds,
  }),
}

export function clientWords(clients: number): LoadWords {
  return {
    name: `clients=${clients}`,
    file: `clients${clients}`,
    short: String(clients),
    long: `${clients} ${clients === 1 ? 'client' : 'clients'}`,
    order: clients,
  }
}
