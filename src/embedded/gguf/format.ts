/** The GGUF container, version 3: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md */
export const ggufMagic = 'GGUF'
export const ggufVersion = 3
/** Tensor data, and each tensor within it, begins at a multiple of this many bytes. */
export const alignment = 32

/** Codes of the metadata value types that we write. */
export const valueTypes = { uint32: 4, int32: 5, float32: 6, bool: 7, string: 8, array: 9 } as const

/** One metadata value. The plural kinds are arrays. */
export type MetadataValue =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'int32s' | 'float32s'; readonly value: readonly number[] }

export type Metadata = readonly (readonly [key: string, value: MetadataValue])[]

/** `code` in tensor infos, `fileType` in `general.file_type`; `bytes` hold one block of `elements`. */
export const tensorTypes = {
  F32: { code: 0, fileType: 0, elements: 1, bytes: 4 },
  F16: { code: 1, fileType: 1, elements: 1, bytes: 2 },
  Q8_0: { code: 8, fileType: 7, elements: 32, bytes: 34 },
} as const

export type TensorType = keyof typeof tensorTypes

export interface Tensor {
  readonly name: string
  /** Row length first, as ggml counts. */
  readonly dimensions: readonly number[]
  readonly type: TensorType
}

export function elementCount(tensor: Tensor): number {
  return tensor.dimensions.reduce((product, dimension) => product * dimension, 1)
}

export function byteLength(tensor: Tensor): number {
  const { elements, bytes } = tensorTypes[tensor.type]
  return (elementCount(tensor) / elements) * bytes
}

export function padded(length: number): number {
  return Math.ceil(length / alignment) * alignment
}
