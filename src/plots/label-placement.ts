/** Pixels, y downwards. */
export interface Box {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}
export interface Segment {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}
export interface LabelRequest {
  readonly width: number
  readonly height: number
  /** Places the label may stand beside, best first. */
  readonly anchors: readonly { readonly x: number; readonly y: number }[]
  /** Pixels between the anchor and the label's edge. */
  readonly gap: number
  readonly directions: readonly Direction[]
}
export interface PlacedLabel {
  /** Centre of the label. */
  readonly x: number
  readonly y: number
  /** Empty when there was no place to stand beside. */
  readonly box: readonly Box[]
  /** It covers nothing and stays in the frame. */
  readonly clear: boolean
  /** It stands on another label: better left out. */
  readonly onLabel: boolean
}

/** From the anchor: -1 left or above, 1 right or below. */
export type Direction = readonly [x: -1 | 0 | 1, y: -1 | 0 | 1]
export const upFirst: readonly Direction[] = [
  [0, -1],
  [1, 0],
  [-1, -1],
  [1, -1],
  [0, 1],
  [1, 1],
  [-1, 1],
  [-1, 0],
]
export const rightFirst: readonly Direction[] = [
  [1, 0],
  [1, -1],
  [1, 1],
  [0, -1],
  [-1, -1],
  [0, 1],
  [-1, 1],
  [-1, 0],
]

/** Free pixels around a label. */
const margin = 2

/** Greedy, in the given order: each label takes the free place that covers least, earlier directions first. */
export function placeLabels(
  requests: readonly LabelRequest[],
  obstacles: { readonly boxes: readonly Box[]; readonly segments: readonly Segment[]; readonly frame: Box },
): PlacedLabel[] {
  const taken = [...obstacles.boxes]
  return requests.map((request) => {
    let best = { x: 0, y: 0, cost: Infinity, box: null as Box | null }
    for (const anchor of request.anchors) {
      for (const [dx, dy] of request.directions) {
        const diagonal = dx !== 0 && dy !== 0 ? Math.SQRT1_2 : 1
        const x = anchor.x + dx * (request.gap * diagonal + request.width / 2)
        const y = anchor.y + dy * (request.gap * diagonal + request.height / 2)
        const box = around(x, y, request.width + 2 * margin, request.height + 2 * margin)
        const cost = costOf(box, taken, obstacles.segments, obstacles.frame)
        if (cost < best.cost) best = { x, y, cost, box }
      }
    }
    const box = best.box === null ? [] : [best.box]
    const labels = taken.slice(obstacles.boxes.length)
    const onLabel = labels.some((label) => box.some((own) => overlaps(own, label)))
    taken.push(...box)
    return { x: best.x, y: best.y, box, clear: best.cost === 0, onLabel }
  })
}

export function around(x: number, y: number, width: number, height: number): Box {
  return { left: x - width / 2, right: x + width / 2, top: y - height / 2, bottom: y + height / 2 }
}

function costOf(box: Box, taken: readonly Box[], segments: readonly Segment[], frame: Box): number {
  let cost = 0
  for (const other of taken) if (overlaps(box, other)) cost += 3
  for (const segment of segments) if (crosses(segment, box)) cost += 1
  if (box.left < frame.left || box.right > frame.right || box.top < frame.top || box.bottom > frame.bottom) cost += 10
  return cost
}

export function overlaps(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom
}

/** Liang and Barsky's clipping: some part of the segment lies in the box. */
function crosses({ x1, y1, x2, y2 }: Segment, box: Box): boolean {
  let enter = 0
  let leave = 1
  const edges = [
    [x1 - x2, x1 - box.left],
    [x2 - x1, box.right - x1],
    [y1 - y2, y1 - box.top],
    [y2 - y1, box.bottom - y1],
  ] as const
  for (const [p, q] of edges) {
    if (p === 0 && q < 0) return false
    if (p < 0) enter = Math.max(enter, q / p)
    if (p > 0) leave = Math.min(leave, q / p)
  }
  return enter <= leave
}
