import type { DistributionBlock, ScalarBlock, VerdictFamily } from '../result/schema.ts'
import type { Measured } from './measured.ts'
import type { Need } from './needs.ts'

/**
 * A metric is a declaration: table, JSON, docs and plots take their words from it, and it derives itself from what was
 * measured. A metric whose needs are not met is not asked: it stands as null with the reason.
 */
export type Metric = DistributionMetric | ScalarMetric

export interface DistributionMetric extends Declaration {
  readonly kind: 'distribution'
  of(measured: Measured): DistributionBlock
}

export interface ScalarMetric extends Declaration {
  readonly kind: 'scalar'
  of(measured: Measured): ScalarBlock
}

interface Declaration {
  /** Its key in the result file and in thresholds. */
  readonly id: string
  readonly name: string
  readonly unit: string
  readonly better: 'higher' | 'lower' | null
  /** Which part of the verdict it rests on. */
  readonly family: VerdictFamily
  /** How it is computed, for people. */
  readonly formula: string
  readonly needs: readonly Need[]
  readonly show: Show
}

/** How people see it: the value times `scale`, in `unit`, with `digits` after the point. */
export interface Show {
  /** Heading of its column; absent: not in the short table. */
  readonly table?: string
  readonly unit: string
  readonly scale: number
  readonly digits: number
}

export const showMilliseconds = { unit: 'ms', scale: 1000, digits: 1 } as const
export const showSeconds = { unit: 's', scale: 1, digits: 3 } as const
