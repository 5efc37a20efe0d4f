import { ByteWriter } from './byte-writer.ts'
import type { Metadata, MetadataValue, Tensor } from './format.ts'
import { byteLength, ggufMagic, ggufVersion, padded, tensorTypes, valueTypes } from './format.ts'

/** All bytes before the tensor data, padded so that the data may follow at once. */
export function encodeHeader(metadata: Metadata, tensors: readonly Tensor[]): Buffer {
  const writer = new ByteWriter()
  writer.ascii(ggufMagic)
  writer.uint32(ggufVersion)
  writer.uint64(tensors.length)
  writer.uint64(metadata.length)
  for (const [key, value] of metadata) {
    writer.string(key)
    writeValue(writer, value)
  }
  let offset = 0
  for (const tensor of tensors) {
    writer.string(tensor.name)
    writer.uint32(tensor.dimensions.length)
    for (const dimension of tensor.dimensions) writer.uint64(dimension)
    writer.uint32(tensorTypes[tensor.type].code)
    writer.uint64(offset)
    offset += padded(byteLength(tensor))
  }
  writer.zerosUpTo(padded(writer.length))
  return writer.bytes()
}

function writeValue(writer: ByteWriter, entry: MetadataValue): void {
  switch (entry.type) {
    case 'uint32':
      writer.uint32(valueTypes.uint32)
      return writer.uint32(entry.value)
    case 'float32':
      writer.uint32(valueTypes.float32)
      return writer.float32(entry.value)
    case 'bool':
      writer.uint32(valueTypes.bool)
      return writer.byte(entry.value ? 1 : 0)
    case 'string':
      writer.uint32(valueTypes.string)
      return writer.string(entry.value)
    case 'strings':
      return writeArray(writer, valueTypes.string, entry.value, (value) => writer.string(value))
    case 'int32s':
      return writeArray(writer, valueTypes.int32, entry.value, (value) => writer.int32(value))
    case 'float32s':
      return writeArray(writer, valueTypes.float32, entry.value, (value) => writer.float32(value))
  }
}

function writeArray<T>(writer: ByteWriter, type: number, values: readonly T[], write: (value: T) => void): void {
  writer.uint32(valueTypes.array)
  writer.uint32(type)
  writer.uint64(values.length)
  for (const value of values) write(value)
}
