import { readdir, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import { isFirstGeneration, originalPoint, type OriginalPoint } from './original-point.ts'
import type { ResponseDetail, ResultFile } from './schema.ts'

/** A result of this suite or of the original's two generations. */
export type AnyResult =
  | { readonly kind: 'servemark'; readonly path: string; readonly file: ResultFile; readonly point: OriginalPoint }
  | {
      readonly kind: 'original'
      readonly generation: 1 | 2
      readonly path: string
      readonly file: OriginalFile
      readonly point: OriginalPoint
      /** Answers that were error objects, which the original took for successes; they are left out. */
      readonly errorAnswers: number
    }

export interface OriginalFile {
  readonly args: Readonly<Record<string, unknown>>
  readonly time: string
  readonly response_details: readonly ResponseDetail[]
}

/** Reads any result file. Rejects with a UserError of one line that says which file is broken, and where. */
export async function readAnyResult(path: string): Promise<AnyResult> {
  const data = parse(path, await readText(path))
  const common = check(path, commonSchema, data)
  if (common.servemark !== undefined) {
    const version = common.servemark.schema_version
    if (version > newestSchema) {
      throw broken(path, `it was written by a newer servemark (schema ${version}; this one knows ${newestSchema})`)
    }
    check(path, servemarkSchema, data)
    const file = data as ResultFile
    return { kind: 'servemark', path, file, point: originalPoint(path, common.args) }
  }
  const details = common.response_details.filter((detail) => !isError(detail.generated_tokens)) as ResponseDetail[]
  return {
    kind: 'original',
    generation: isFirstGeneration(path, common.args) ? 1 : 2,
    path,
    file: { args: common.args, time: common.time, response_details: details },
    point: originalPoint(path, common.args),
    errorAnswers: common.response_details.length - details.length,
  }
}

/** Reads a result file of this suite; a file of the original is a UserError. */
export async function readResult(path: string): Promise<ResultFile> {
  const result = await readAnyResult(path)
  if (result.kind !== 'servemark') throw broken(path, "it is of the original suite, without servemark's part")
  return result.file
}

/** All results of a directory, by name; files that are no results, or broken, are told apart from them. */
export async function readResultDirectory(
  directory: string,
): Promise<{ results: AnyResult[]; problems: { path: string; text: string }[] }> {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new UserError(`cannot read ${directory} (${codeOf(error)})`, 2)
  })
  const results: AnyResult[] = []
  const problems: { path: string; text: string }[] = []
  for (const name of names.filter((name) => name.endsWith('.json')).sort()) {
    const path = join(directory, name)
    try {
      results.push(await readAnyResult(path))
    } catch (error) {
      if (!(error instanceof UserError)) throw error
      problems.push({ path, text: error.message })
    }
  }
  return { results, problems }
}

const newestSchema = 1

const isError = (generated: unknown) => typeof generated !== 'string' && !Array.isArray(generated)

const finite = z.number()
const detailSchema = z.strictObject({
  generated_tokens: z.union([z.string(), z.array(z.string()), z.record(z.string(), z.unknown())]),
  prompt: z.string(),
  start_time: finite,
  end_time: finite,
  model_time: finite,
  token_gen_time: z.array(finite),
})
const commonSchema = z.looseObject({
  args: z.record(z.string(), z.unknown()),
  time: z.string(),
  response_details: z.array(detailSchema),
  servemark: z.looseObject({ schema_version: z.int().positive() }).optional(),
})

const anyRecord = z.record(z.string(), z.unknown())
/** What readers of the file lean on; what stands deeper was written by the same types. */
const servemarkSchema = z.looseObject({
  servemark: z.looseObject({
    run_id: z.string(),
    environment: anyRecord,
    server: z.looseObject({ backend: z.string(), label: z.string() }),
    point: z.looseObject({ model: z.string(), label: z.string(), result_label: z.string() }),
    point_hash: z.string(),
    anchor: z.looseObject({ wall_s: finite, monotonic_ns: finite }),
    moments: z.record(z.string(), finite.nullable()),
    chunks: z.looseObject({ file: z.string(), sha256: z.string() }).nullable(),
    series: z.looseObject({ file: z.string(), sha256: z.string() }).nullable(),
    requests: z.record(z.string(), z.array(z.unknown())),
    metrics: z.record(z.string(), z.looseObject({ unit: z.string() })),
    outcomes: z.record(z.string(), z.int()),
    failures: z.array(anyRecord),
    accuracy: anyRecord,
    verdict: z.looseObject({
      status: z.enum(['valid', 'suspect', 'invalid']),
      families: z.record(z.string(), z.enum(['valid', 'suspect', 'invalid'])),
      reasons: z.array(z.looseObject({ rule: z.string(), text: z.string() })),
    }),
    thresholds: z.array(anyRecord),
    notes: z.array(z.string()),
  }),
})

async function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new UserError(`cannot read ${path} (${codeOf(error)})`)
  })
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw broken(path, error instanceof Error ? error.message.split('\n')[0]! : 'not JSON')
  }
}

function check<Schema extends z.ZodType>(path: string, schema: Schema, data: unknown): z.output<Schema> {
  const parsed = schema.safeParse(data)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const where = issue?.path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('') ?? ''
  throw broken(path, `${where.replace(/^\./, '') || 'the whole'}: ${issue?.message ?? 'not a result'}`)
}

const broken = (path: string, why: string) =>
  new UserError(`${join(basename(dirname(path)), basename(path))} is broken: ${why}`)

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error))
