import { expect, test } from 'vitest'
import type { TensorType } from './format.ts'
import { randomWeights, toHalf } from './random-weights.ts'

/** Reads a half by its definition. */
function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 31
  const fraction = (bits & 1023) / 1024
  return exponent === 0 ? sign * fraction * 2 ** -14 : sign * (1 + fraction) * 2 ** (exponent - 15)
}

function values(type: TensorType, name = 'w'): number[] {
  const bytes = Buffer.from(randomWeights({ name, dimensions: [256, 64], type }, 0.05, 7))
  const count = 256 * 64
  if (type === 'F32') return Array.from({ length: count }, (_, index) => bytes.readFloatLE(index * 4))
  if (type === 'F16') return Array.from({ length: count }, (_, index) => fromHalf(bytes.readUInt16LE(index * 2)))
  return Array.from({ length: count }, (_, index) => {
    const block = Math.floor(index / 32) * 34
    return fromHalf(bytes.readUInt16LE(block)) * bytes.readInt8(block + 2 + (index % 32))
  })
}

test.each(['F32', 'F16', 'Q8_0'] as const)('%s: mean 0 and the standard deviation asked for', (type) => {
  const all = values(type)
  const mean = all.reduce((sum, value) => sum + value, 0) / all.length
  const deviation = Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / all.length)
  expect(Math.abs(mean)).toBeLessThan(0.002)
  expect(deviation).toBeGreaterThan(0.049)
  expect(deviation).toBeLessThan(0.051)
})

test('tensors of other names have other values', () => {
  expect(values('F16', 'other')).not.toEqual(values('F16'))
})

test.each([
  [0, 0x0000],
  [1, 0x3c00],
  [-2, 0xc000],
  [65_504, 0x7bff],
  [2 ** -14, 0x0400],
  [2 ** -24, 0x0001],
  [1 / 3, 0x3555],
  [2 - 2 ** -12, 0x4000],
])('%f as a half is %i', (value, bits) => {
  expect(toHalf(value)).toBe(bits)
})

test('every half is its own nearest half', () => {
  const wrong = Array.from({ length: 31 * 1024 }, (_, bits) => bits).filter((bits) => toHalf(fromHalf(bits)) !== bits)
  expect(wrong).toEqual([])
})
