import { readFile } from 'node:fs/promises'

/** What a GGUF file says, read by the specification and independently of the writer. */
export interface GgufContents {
  readonly version: number
  readonly metadata: ReadonlyMap<string, unknown>
  readonly tensors: readonly {
    readonly name: string
    readonly dimensions: readonly number[]
    readonly type: number
    readonly offset: number
  }[]
  readonly data: Buffer
}

export async function readGguf(path: string): Promise<GgufContents> {
  const bytes = await readFile(path)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 4
  const take = (size: number): number => (at += size) - size
  const u32 = (): number => view.getUint32(take(4), true)
  const u64 = (): number => Number(view.getBigUint64(take(8), true))
  const text = (): string => {
    const length = u64()
    return bytes.toString('utf8', take(length), at)
  }
  const readers: Readonly<Record<number, () => unknown>> = {
    4: u32,
    5: () => view.getInt32(take(4), true),
    6: () => view.getFloat32(take(4), true),
    7: () => view.getUint8(take(1)) === 1,
    8: text,
    9: () => {
      const read = reader(u32())
      return Array.from({ length: u64() }, read)
    },
  }
  const reader = (type: number): (() => unknown) => {
    const read = readers[type]
    if (read === undefined) throw new Error(`value type ${type}`)
    return read
  }

  if (bytes.toString('latin1', 0, 4) !== 'GGUF') throw new Error('no GGUF')
  const version = u32()
  const tensorCount = u64()
  const metadataCount = u64()
  const metadata = new Map(Array.from({ length: metadataCount }, () => [text(), reader(u32())()] as const))
  const tensors = Array.from({ length: tensorCount }, () => ({
    name: text(),
    dimensions: Array.from({ length: u32() }, u64),
    type: u32(),
    offset: u64(),
  }))
  return { version, metadata, tensors, data: bytes.subarray(Math.ceil(at / 32) * 32) }
}
