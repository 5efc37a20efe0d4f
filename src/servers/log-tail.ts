import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'

const maxBytes = 64 * 1024
const maxLineLength = 400

/**
 * The last `count` lines of a log that hold text, fit to print: no control characters, of a progress bar only what it
 * last showed, long lines cut. Reads 64 KiB at most. `fromByte`: where this server's output begins. Empty when there
 * is no such file.
 */
export function readLogTail(path: string, count: number, fromByte = 0): string[] {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return []
  }
  try {
    const { size } = fstatSync(file)
    const start = Math.max(fromByte, size - maxBytes)
    const buffer = Buffer.alloc(Math.max(0, size - start))
    const read = readSync(file, buffer, 0, buffer.length, start)
    return tailOf(buffer.subarray(0, read).toString('utf8'), count, start > fromByte)
  } finally {
    closeSync(file)
  }
}

/** `isCut`: the text begins somewhere in a line. */
export function tailOf(text: string, count: number, isCut = false): string[] {
  const lines = text.split('\n')
  if (isCut && lines.length > 1) lines.shift()
  const shown = lines.map(printable).filter((line) => line.trim() !== '')
  return count <= 0 ? [] : shown.slice(-count)
}

function printable(line: string): string {
  const plain = stripVTControlCharacters(line)
  const visible = plain.split('\r').findLast((part) => part.trim() !== '') ?? ''
  // oxlint-disable-next-line no-control-regex
  const clean = visible.replaceAll('\t', '  ').replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '')
  return clean.length > maxLineLength ? `${clean.slice(0, maxLineLength)}…` : clean.trimEnd()
}
