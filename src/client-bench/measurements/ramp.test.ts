import { expect, test } from 'vitest'
import { highestPassing, type Ramp } from './ramp.ts'

const tried: number[] = []

async function climb(passes: (value: number) => boolean, changes: Partial<Ramp<number>> = {}) {
  tried.length = 0
  const attempt: Ramp<number>['attempt'] = async (value) => {
    tried.push(value)
    return { passes: passes(value), limited: false, result: value }
  }
  return await highestPassing<number>({ lowest: 1, step: 2, coarseSteps: 4, fine: true, tries: 1, attempt, ...changes })
}

test.each([
  [40, 32],
  [64, 64],
  [1, 1],
])('with all up to %i passing it ends at %i', async (limit, value) => {
  expect(await climb((each) => each <= limit)).toMatchObject({ value, result: value, limited: false })
})

test('nothing passes', async () => {
  expect(await climb(() => false)).toMatchObject({ value: null, result: null })
})

test('a coarse ramp stays at its own steps', async () => {
  expect(await climb((each) => each <= 40, { fine: false })).toMatchObject({ value: 16 })
})

test('one failure is forgiven where two tries are allowed', async () => {
  let failed = false
  const flaky = (value: number): boolean => {
    if (value !== 16 || failed) return value <= 40
    failed = true
    return false
  }
  expect(await climb(flaky, { tries: 2 })).toMatchObject({ value: 32 })
})

test('a limited try ends the climb, and the value before it is a lower bound', async () => {
  const attempt: Ramp<number>['attempt'] = async (value) => ({
    passes: value <= 16,
    limited: value > 16,
    result: value,
  })
  expect(await climb(() => true, { attempt })).toMatchObject({ value: 16, limited: true })
})
