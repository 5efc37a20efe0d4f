import { UserError } from '../../errors.ts'
import type { ProbeResponse, Target } from '../backend.ts'
import { count, firstObject, isObject, nonEmptyString, type Json } from './json.ts'
import { serverSaid, statusFailure } from './openai-failure.ts'

export interface ListedModel {
  readonly id: string
  /** Longest prompt + output; null when the list does not say. */
  readonly maxModelLength: number | null
  readonly entry: Json
}

/** Null: the server has no such list, or cannot make it; the rest of the probe then decides. */
export function readModelList(target: Target, path: string, response: ProbeResponse): readonly ListedModel[] | null {
  if ([404, 405, 500, 501].includes(response.status)) return null
  if (response.status !== 200) throw statusFailure(target, path, response)
  const data = isObject(response.json) ? response.json['data'] : response.json
  if (!Array.isArray(data)) {
    const type = response.headers['content-type'] ?? 'nothing'
    throw new UserError(
      `${target.backendId}: ${path} gives no list of models (but ${type.split(';', 1)[0]}${serverSaid(response)}). Is it an OpenAI-compatible server? Check --base-url`,
    )
  }
  return data.filter(isObject).flatMap((entry) => {
    const id = nonEmptyString(entry['id'])
    return id === null ? [] : [{ id: modelName(target, path, id), maxModelLength: contextLength(entry), entry }]
  })
}

/** A name that a server gave: it stands in file names, titles and each request. Throws UserError when it is endless. */
export function modelName(target: Target, path: string, name: string): string {
  if (name.length <= longestName) return name
  throw new UserError(
    `${target.backendId}: ${path} names a model in ${name.length} characters; at most ${longestName} are taken. Is it an inference server? Check --base-url`,
  )
}
const longestName = 256

/**
 * The model that requests name: the asked one if the server has it, or its only one. `response` is what the list was
 * read from. Throws UserError.
 */
export function resolveModel(
  target: Target,
  path: string,
  models: readonly ListedModel[] | null,
  response: ProbeResponse,
): string {
  const { backendId: name, model: asked } = target
  if (models === null) {
    if (asked !== null) return asked
    throw new UserError(
      `${name}: ${response.status} from ${path}${serverSaid(response)}. Is --base-url right? A server without that list needs --model NAME`,
    )
  }
  const ids = models.map((model) => model.id)
  if (asked !== null) {
    if (ids.includes(asked)) return asked
    if (ids.length === 0) throw new UserError(`${name}: the server has no model "${asked}": its list is empty`)
    const remedy = ids.length === 1 ? 'Use --model, or leave it out' : 'Use --model'
    throw new UserError(`${name}: the server has no model "${asked}". It has: ${firstNames(ids)}. ${remedy}`)
  }
  const [only] = ids
  if (only === undefined) throw new UserError(`${name}: the server lists no model. Is one loaded?`)
  if (ids.length === 1) return only
  throw new UserError(`${name}: the server has ${ids.length} models: ${firstNames(ids)}. Choose one: --model NAME`)
}

const shownNames = 5
function firstNames(ids: readonly string[]): string {
  const more = ids.length - shownNames
  return ids.slice(0, shownNames).join(', ') + (more > 0 ? ` and ${more} more` : '')
}

/** vLLM and SGLang say `max_model_len`, llama-server `meta.n_ctx_train`, hosted services the others. */
function contextLength(entry: Json): number | null {
  const meta = firstObject(entry['meta'])
  const candidates = [
    entry['max_model_len'],
    entry['max_context_length'],
    entry['context_length'],
    entry['context_window'],
    meta?.['n_ctx'],
    meta?.['n_ctx_train'],
  ]
  return candidates.map(count).find((length) => length !== null && length > 0) ?? null
}
