import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../errors.ts'
import type { BatchColumns, ChunkColumns, Moments, Recording } from '../recording/recording.ts'
import { chunksFromArrow } from './chunk-file.ts'
import { snakeCase } from './original-args.ts'
import { readResult } from './read-result.ts'
import { fromJsonColumns, toNanoseconds } from './request-columns.ts'
import type { FileReference, ResultFile } from './schema.ts'
import { seriesFromArrow } from './series-file.ts'

/**
 * The recording of a sealed point, from its JSON and the Arrow files beside it; metrics derived from it equal the stored
 * ones. `text` is empty, and polls that completed no chunk are missing. Rejects with a UserError when a file is missing or
 * is not the one that was sealed.
 */
export async function readRecording(path: string): Promise<{ file: ResultFile; recording: Recording }> {
  const file = await readResult(path)
  const { servemark } = file
  const parts = servemark.chunks
    ? await decode(path, servemark.chunks, chunksFromArrow)
    : { chunks: noChunks, batches: noBatches }
  const recording: Recording = {
    anchor: { wallSeconds: servemark.anchor.wall_s, monotonicNs: servemark.anchor.monotonic_ns },
    requests: fromJsonColumns(servemark.requests),
    ...parts,
    series: servemark.series ? await decode(path, servemark.series, seriesFromArrow) : [],
    text: new Uint8Array(),
    moments: momentsOf(servemark.moments),
    ending: servemark.ending,
  }
  return { file, recording }
}

async function decode<Decoded>(
  path: string,
  { file, sha256 }: FileReference,
  decoder: (bytes: Uint8Array) => Decoded,
): Promise<Decoded> {
  const beside = join(dirname(path), basename(file))
  const bytes = await readFile(beside).catch((error: unknown) => {
    throw new UserError(
      `${beside} cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`,
    )
  })
  if (createHash('sha256').update(bytes).digest('hex') !== sha256) {
    throw new UserError(`${beside} is not the file that was sealed with ${basename(path)}: its SHA-256 differs`)
  }
  try {
    return decoder(bytes)
  } catch (error) {
    throw new UserError(`${beside} is broken: ${error instanceof Error ? error.message : String(error)}`)
  }
}

const momentNames = ['warmupStart', 'warmupEnd', 'measureStart', 'measureEnd', 'allStarted', 'firstIdle'] as const

function momentsOf(stored: Readonly<Record<string, number | null>>): Moments {
  const time = (name: (typeof momentNames)[number]) => {
    const value = stored[`${snakeCase(name)}_s`] ?? null
    return value === null ? null : toNanoseconds(value)
  }
  return Object.fromEntries(momentNames.map((name) => [name, time(name)])) as unknown as Moments
}

const noChunks: ChunkColumns = {
  length: 0,
  request: new Int32Array(),
  time: new Float64Array(),
  batch: new Int32Array(),
  read: new Int32Array(),
  bytes: new Int32Array(),
  tokens: new Int32Array(),
  kind: new Uint8Array(),
  carriesToken: new Uint8Array(),
  textEnd: new Int32Array(),
}
const noBatches: BatchColumns = {
  length: 0,
  time: new Float64Array(),
  busy: new Float64Array(),
  runDelay: new Float64Array(),
  waited: new Uint8Array(),
  thread: new Uint8Array(),
  reads: new Int32Array(),
}
