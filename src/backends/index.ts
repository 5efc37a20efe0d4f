import { UserError } from '../errors.ts'
import { aml } from './aml.ts'
import type { Backend } from './backend.ts'
import { fastgen } from './fastgen.ts'
import { llamaServer } from './llama-server.ts'
import { llamacpp } from './llamacpp.ts'
import { lmdeploy } from './lmdeploy.ts'
import { ollama } from './ollama.ts'
import { openai } from './openai.ts'
import { sglang } from './sglang.ts'
import { tgi } from './tgi.ts'
import { transformers } from './transformers.ts'
import { trtllm } from './trtllm.ts'
import { vllmLegacy } from './vllm-legacy.ts'
import { vllm } from './vllm.ts'

/** Every backend, by id: names, tags, flags and docs follow from this list. */
export const backends = {
  llamacpp,
  openai,
  vllm,
  'vllm-legacy': vllmLegacy,
  fastgen,
  aml,
  sglang,
  tgi,
  'llama-server': llamaServer,
  ollama,
  trtllm,
  lmdeploy,
  transformers,
} as const satisfies Record<string, Backend>

export type BackendId = keyof typeof backends
export type BackendTag = `backend/${BackendId}`

export const backendIds = Object.keys(backends) as readonly BackendId[]
export const backendTags = backendIds.map((id): BackendTag => `backend/${id}`)

export function isBackendId(name: string): name is BackendId {
  return Object.hasOwn(backends, name)
}

/** Throws UserError with the known names. */
export function findBackend(name: string): Backend {
  if (isBackendId(name)) return backends[name]
  throw new UserError(`unknown backend "${name}"; known: ${backendIds.join(', ')}`, 2)
}
