import { randomUUID } from 'node:crypto'
import { mkdir, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { ownTokenizerFolder, type Environment } from './cache-folders.ts'
import { parseObject, parseTokenizer } from './folder.ts'
import type { TokenizerFiles } from './tokenizer.ts'

export interface HubAccess {
  readonly env: Environment
  readonly fetch: typeof globalThis.fetch
  readonly timeoutSeconds: number
}

const wayOut = 'use --tokenizer NAME of a model with the same vocabulary, or --tokenizer ./folder'

/**
 * tokenizer.json of a model's revision `main` from the Hugging Face hub (`HF_ENDPOINT`), and tokenizer_config.json if it has
 * one. Both are kept in our own cache. Throws UserError when the hub refuses, does not know the model, cannot be reached, or
 * must not be asked (`HF_HUB_OFFLINE`).
 */
export async function fetchFromHub(model: string, access: HubAccess): Promise<TokenizerFiles> {
  const { env } = access
  if (!/^[\w.-]+(\/[\w.-]+)?$/.test(model)) {
    throw new UserError(`tokenizer: "${model}" is neither a path nor a model's name on the hub; ${wayOut}`, 2)
  }
  if (/^(1|on|yes|true)$/i.test(env['HF_HUB_OFFLINE'] ?? '')) {
    throw new UserError(`tokenizer: ${model} is in no local cache and HF_HUB_OFFLINE is set; ${wayOut}`)
  }
  const base = `${(env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, '')}/${model}/resolve/main`
  const tokenizer = await get(`${base}/tokenizer.json`, model, access)
  if (tokenizer.status !== 200) throw refusal(tokenizer, model, env)
  const json = parseTokenizer(tokenizer.text, `${base}/tokenizer.json`)

  const config = await get(`${base}/tokenizer_config.json`, model, access)
  if (config.status !== 200 && config.status !== 404) throw refusal(config, model, env)
  const configText = config.status === 200 ? config.text : '{}'
  const files = { json, config: parseObject(configText, `${base}/tokenizer_config.json`) }
  await keep(ownTokenizerFolder(model, env), { 'tokenizer_config.json': configText, 'tokenizer.json': tokenizer.text })
  return files
}

interface Answer {
  readonly status: number
  readonly code: string | null
  readonly text: string
}

async function get(url: string, model: string, { env, fetch, timeoutSeconds }: HubAccess): Promise<Answer> {
  const token = env['HF_TOKEN']
  try {
    const response = await fetch(url, {
      headers: token ? { authorization: `Bearer ${token}` } : {},
      signal: AbortSignal.timeout(timeoutSeconds * 1000),
    })
    return { status: response.status, code: response.headers.get('x-error-code'), text: await response.text() }
  } catch (error) {
    const host = new URL(url).host
    if (error instanceof Error && error.name === 'TimeoutError') {
      throw new UserError(`tokenizer: ${host} gave no answer for ${model} in ${timeoutSeconds} s; ${wayOut}`)
    }
    throw new UserError(`tokenizer: ${host} cannot be reached for ${model} (${reason(error)}); ${wayOut}`)
  }
}

function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause as { code?: string; message?: string } | undefined
  return cause?.code ?? cause?.message ?? error.message
}

/** The hub answers 401 also for names that do not exist; its `x-error-code` tells which. */
function refusal({ status, code }: Answer, model: string, env: Environment): UserError {
  if ((status === 401 || status === 403) && code === 'RepoNotFound') {
    return new UserError(`tokenizer: the hub has no ${model}, or it is private (${status}); ${wayOut}`)
  }
  if (status === 401 || status === 403) {
    const advice = env['HF_TOKEN']
      ? `HF_TOKEN has no access: ask for it on the page of ${model}, or --tokenizer ./folder.`
      : 'Set HF_TOKEN, or --tokenizer ./folder.'
    return new UserError(`tokenizer: ${model} is gated (${status}). ${advice}`)
  }
  if (status === 404) {
    const missing = code === 'RepoNotFound' ? `has no ${model}` : `has no tokenizer.json of ${model}`
    return new UserError(`tokenizer: the hub ${missing} (404); ${wayOut}`)
  }
  return new UserError(`tokenizer: the hub answered ${status} for ${model}; ${wayOut}`)
}

/** Each file appears whole or not at all, tokenizer.json last. A cache that cannot be written costs another fetch, no more. */
async function keep(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  try {
    await mkdir(folder, { recursive: true })
    for (const [name, text] of Object.entries(files)) {
      const temporary = join(folder, `.${name}.${randomUUID()}`)
      await writeFile(temporary, text)
      await rename(temporary, join(folder, name))
    }
  } catch {
    return
  }
}
