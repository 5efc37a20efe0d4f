import type { Figure, Figures } from './figures.ts'

/** Something that our client is held to. */
export interface Target {
  readonly text: string
  /** One for each shape that it speaks of. */
  judge(figures: Figures): readonly Judgement[]
}

export interface Judgement {
  readonly shape: string
  readonly status: 'met' | 'missed' | 'not measured'
  /** Null: not measured. */
  readonly value: number | null
  readonly bound: number | null
  /** The bound rests on a figure that the stub limited: it is at least this. */
  readonly boundAtLeast: boolean
  readonly format: (value: number) => string
}

interface Held {
  readonly shape: string
  readonly figure: Figure | null
  /** What the bound is made of; null: not measured. */
  readonly of: Figure | null
  readonly bound: (of: number) => number
  readonly format: (value: number) => string
}

/** `figure` against a bound made of another figure. */
export function heldTo(direction: 'at most' | 'at least', { shape, figure, of, bound, format }: Held): Judgement {
  if (figure === null || of === null) {
    return { shape, status: 'not measured', value: figure?.value ?? null, bound: null, boundAtLeast: false, format }
  }
  const limit = bound(of.value)
  const met = direction === 'at most' ? figure.value <= limit : figure.value >= limit
  return {
    shape,
    status: met ? 'met' : 'missed',
    value: figure.value,
    bound: limit,
    boundAtLeast: of.sign === '>=' && direction === 'at least',
    format,
  }
}

/** `figure` against a fixed number. */
export function heldToNumber(
  direction: 'at most' | 'at least',
  { shape, figure, bound, format }: Omit<Held, 'of' | 'bound'> & { readonly bound: number },
): Judgement {
  return heldTo(direction, { shape, figure, of: figure, bound: () => bound, format })
}
