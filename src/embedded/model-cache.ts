import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { UserError } from '../errors.ts'
import { ggufMagic } from './gguf/format.ts'
import { bundledTokenizer, readVocabulary } from './gguf/vocabulary.ts'
import type { ModelBlueprint } from './gguf/write-model.ts'
import { blueprint, writeModel } from './gguf/write-model.ts'
import { builtInModels, isBuiltInModel, weightsSeed } from './models.ts'
import type { BuiltInModel } from './models.ts'

/** What `--model` means. */
export type ModelSource =
  | { readonly kind: 'built-in'; readonly name: BuiltInModel }
  | { readonly kind: 'file'; readonly path: string }

export interface ModelFile {
  readonly path: string
  readonly weights: { readonly kind: 'random'; readonly seed: number } | { readonly kind: 'file' }
  /** Whether this call wrote the file. */
  readonly written: boolean
}

/** Throws UserError for an unknown name, a missing file, or a file that is no GGUF. Writes nothing. */
export async function resolveModel(nameOrPath: string): Promise<ModelSource> {
  if (isBuiltInModel(nameOrPath)) return { kind: 'built-in', name: nameOrPath }
  if (!/\.gguf$/i.test(nameOrPath)) {
    const known = Object.keys(builtInModels).join(', ')
    throw new UserError(
      `model "${nameOrPath}" is unknown to the embedded server. It has: ${known}; or give a .gguf file`,
    )
  }
  const path = resolve(nameOrPath)
  await requireGguf(path)
  return { kind: 'file', path }
}

/**
 * The model's file, ready to be loaded. Built-in models are written on first use, and again when the file differs from what this
 * version writes. Any number of processes may call it at once.
 */
export async function ensureModel(nameOrPath: string, directory = modelDirectory()): Promise<ModelFile> {
  const source = await resolveModel(nameOrPath)
  if (source.kind === 'file') return { path: source.path, weights: { kind: 'file' }, written: false }
  const vocabulary = await readVocabulary(bundledTokenizer.tokenizerJson)
  const model = blueprint(source.name, builtInModels[source.name], vocabulary, weightsSeed)
  const path = modelPath(source.name, directory)
  const written = !(await isIntact(path, model))
  if (written) await writeAtomically(path, model)
  return { path, weights: { kind: 'random', seed: weightsSeed }, written }
}

export function modelPath(name: BuiltInModel, directory = modelDirectory()): string {
  const type = builtInModels[name].type.toLowerCase()
  return join(directory, `${name.slice(name.indexOf('/') + 1)}-${type}.gguf`)
}

export const modelDirectory = (environment: NodeJS.ProcessEnv = process.env) =>
  join(cacheDirectory(environment), 'models')

/** `$XDG_CACHE_HOME/servemark`; a relative XDG_CACHE_HOME counts as unset, as its standard says. */
export function cacheDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  const cache = environment['XDG_CACHE_HOME']
  return join(cache?.startsWith('/') ? cache : join(homedir(), '.cache'), 'servemark')
}

async function requireGguf(path: string): Promise<void> {
  try {
    const start = (await readStart(path, ggufMagic.length)).toString('latin1')
    if (start !== ggufMagic)
      throw new UserError(`model: ${path} is no GGUF file (it does not begin with "${ggufMagic}")`)
  } catch (error) {
    if (error instanceof UserError) throw error
    const code = errorCode(error)
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`
    throw new UserError(`model: ${path} ${reason}`)
  }
}

/** The whole header is compared, and the size: files are renamed into place when whole, so what differs is old or cut. */
async function isIntact(path: string, model: ModelBlueprint): Promise<boolean> {
  try {
    const { size } = await stat(path)
    return size === model.size && (await readStart(path, model.header.length)).equals(model.header)
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false
    throw cannotUse(path, error)
  }
}

async function writeAtomically(path: string, model: ModelBlueprint): Promise<void> {
  const temporary = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`
  try {
    await mkdir(dirname(path), { recursive: true })
    await removeAbandoned(path)
    await writeModel(temporary, model)
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw cannotUse(path, error)
  }
}

const abandonedAfterMilliseconds = 10 * 60_000

/** Temporary files of writers that were killed. */
async function removeAbandoned(path: string): Promise<void> {
  const directory = dirname(path)
  for (const entry of await readdir(directory)) {
    const candidate = join(directory, entry)
    if (!candidate.startsWith(`${path}.`) || !candidate.endsWith('.tmp')) continue
    const modified = await stat(candidate).then(
      (stats) => stats.mtimeMs,
      () => Infinity,
    )
    if (Date.now() - modified > abandonedAfterMilliseconds) await rm(candidate, { force: true })
  }
}

async function readStart(path: string, length: number): Promise<Buffer> {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(length)
    const { bytesRead } = await file.read(buffer, 0, length, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function cannotUse(path: string, error: unknown): UserError {
  return new UserError(`cannot use the model file ${path} (${errorCode(error)}). The folder follows XDG_CACHE_HOME`)
}

function errorCode(error: unknown): string {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code
  return String(error)
}
