import { readFile } from 'node:fs/promises'

/** Columns of doubles as the programs in C write them: each preceded by its length. */
export async function readColumns(path: string): Promise<Float64Array[]> {
  const bytes = await readFile(path)
  const doubles = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8)
  const columns: Float64Array[] = []
  for (let at = 0; at < doubles.length;) {
    const length = doubles[at] ?? 0
    columns.push(doubles.slice(at + 1, at + 1 + length))
    at += 1 + length
  }
  return columns
}
