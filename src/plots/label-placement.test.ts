import { expect, test } from 'vitest'
import { around, placeLabels, rightFirst, upFirst } from './label-placement.ts'

const frame = { left: 0, top: 0, right: 200, bottom: 200 }
const label = { width: 20, height: 10, gap: 5, anchors: [{ x: 100, y: 100 }], directions: upFirst }

test('stands above its anchor when that is free', () => {
  expect(placeLabels([label], { boxes: [], segments: [], frame })[0]).toMatchObject({ x: 100, y: 90, clear: true })
})

test('stands elsewhere when a line passes above', () => {
  const segments = [{ x1: 0, y1: 90, x2: 104, y2: 90 }]
  expect(placeLabels([label], { boxes: [], segments, frame })[0]).toMatchObject({ x: 115, y: 100, clear: true })
})

test('two labels at one place do not cover each other', () => {
  const [first, second] = placeLabels([label, label], { boxes: [], segments: [], frame })
  expect([first?.clear, second?.clear]).toEqual([true, true])
  expect(second).not.toEqual(first)
})

test('says when no place is free', () => {
  const boxes = [around(100, 100, 100, 100)]
  expect(placeLabels([label], { boxes, segments: [], frame })[0]?.clear).toBe(false)
})

test('takes the next anchor when the first has no room', () => {
  const anchors = [...label.anchors, { x: 20, y: 150 }]
  const boxes = [around(100, 100, 100, 90)]
  const placed = placeLabels([{ ...label, anchors, directions: rightFirst }], { boxes, segments: [], frame })
  expect(placed[0]).toMatchObject({ x: 35, y: 150, clear: true })
})
