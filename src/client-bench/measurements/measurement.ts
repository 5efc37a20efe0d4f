import type { BenchSurroundings } from '../bench-run.ts'
import type { Client } from '../clients/client.ts'
import type { ClientId } from '../clients/index.ts'
import type { Figures } from '../figures.ts'
import type { Target } from '../target.ts'

export interface Measuring extends BenchSurroundings {
  readonly clients: readonly (Client & { readonly id: ClientId })[]
  readonly quick: boolean
  /** Each figure is the median of so many runs, the clients taking turns. */
  readonly rounds: number
  readonly figures: Figures
  /** One line of progress. */
  readonly say: (line: string) => void
}

export interface Column {
  /** Of the figure. */
  readonly name: string
  readonly title: string
  readonly format: (value: number) => string
  /** Beside the value stands its ratio to the client in C. */
  readonly ratio?: true
}

/** One thing that is measured: how, what its table shows, what ours is held to. */
export interface Measurement {
  readonly id: string
  readonly title: string
  readonly columns: readonly Column[]
  readonly targets: readonly Target[]
  measure(measuring: Measuring): Promise<void>
}

/** The clients in turn, another one first in each round. */
export function turns<C>(clients: readonly C[], round: number): C[] {
  const first = round % Math.max(1, clients.length)
  return [...clients.slice(first), ...clients.slice(0, first)]
}
