import type { LoadShape } from '../types.ts'
import { closedLoop } from './closed-loop.ts'
import { constantRate } from './constant-rate.ts'
import type { LoadKind } from './load-kind.ts'
import { stages } from './stages.ts'

/** Every load shape, by kind. */
export const loadKinds = { closedLoop, constantRate, stages } as const satisfies {
  readonly [Kind in LoadShape['kind']]: LoadKind<Extract<LoadShape, { kind: Kind }>>
}

/** What the shape's own file says of it. */
export function loadKind(shape: LoadShape): LoadKind<LoadShape> {
  return loadKinds[shape.kind]
}
