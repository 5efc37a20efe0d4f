import type { Tensor } from './format.ts'
import { byteLength, elementCount, tensorTypes } from './format.ts'

/**
 * Bytes of one tensor. Vectors (norms) are ones; matrices are uniform with the given standard deviation. The values depend
 * only on seed, the tensor's name and its shape.
 */
export function randomWeights(tensor: Tensor, standardDeviation: number, seed: number): Uint8Array {
  const count = elementCount(tensor)
  if (tensor.dimensions.length === 1) return float32Bytes(count, () => 1)
  // A uniform value in [-limit, limit) has the standard deviation limit / sqrt(3).
  const limit = standardDeviation * Math.sqrt(3)
  const next = xorshift32(seed ^ hash(tensor.name))
  if (tensor.type === 'F32') return float32Bytes(count, () => (next() / 2 ** 31 - 1) * limit)
  if (tensor.type === 'F16') return halves(count, limit, next)
  return quantized8(byteLength(tensor), limit, next)
}

function float32Bytes(count: number, value: () => number): Uint8Array {
  const floats = new Float32Array(count)
  for (let i = 0; i < count; i++) floats[i] = value()
  return new Uint8Array(floats.buffer)
}

function halves(count: number, limit: number, next: () => number): Uint8Array {
  const steps = Uint16Array.from({ length: 65_536 }, (_, i) => toHalf((i / 32_768 - 1) * limit))
  const out = new Uint16Array(count)
  for (let i = 0; i < count; i += 2) {
    const bits = next()
    out[i] = steps[bits & 0xffff] ?? 0
    if (i + 1 < count) out[i + 1] = steps[bits >>> 16] ?? 0
  }
  return new Uint8Array(out.buffer)
}

/** Blocks of one half as the scale and 32 signed bytes. */
function quantized8(length: number, limit: number, next: () => number): Uint8Array {
  const out = Buffer.alloc(length)
  for (let i = 0; i + 1 < length; i += 2) out.writeUInt16LE(next() & 0xffff, i)
  const scale = toHalf(limit / 128)
  for (let block = 0; block < length; block += tensorTypes.Q8_0.bytes) out.writeUInt16LE(scale, block)
  return out
}

/** Bits of the IEEE 754 half nearest to a finite value within its range. */
export function toHalf(value: number): number {
  const sign = value < 0 ? 0x8000 : 0
  const magnitude = Math.abs(value)
  if (magnitude === 0) return sign
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14)
  const mantissa = Math.round(magnitude / 2 ** (exponent - 10))
  // Normal numbers have a hidden 1024; a mantissa that rounds up to 2048 carries into the exponent by itself.
  return sign | (mantissa < 1024 ? mantissa : ((exponent + 15) << 10) + mantissa - 1024)
}

/** George Marsaglia's generator: 32 bits a call, never 0. */
function xorshift32(seed: number): () => number {
  let state = seed | 0 || 1
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state >>> 0
  }
}

/** FNV-1a. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193)
  return value
}
