import { readFile, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { UserError } from '../../errors.ts'
import { huggingFaceHubCache, type Environment } from './cache-folders.ts'
import type { TokenizerFiles } from './tokenizer.ts'

/** Does the name look like a path rather than like a model's name? */
export const looksLikePath = (name: string): boolean => /^(\.{0,2}|~)([/\\]|$)|\.(json|gguf|model)$/i.test(name)

/** tokenizer.json and, if there, tokenizer_config.json of a folder; null where the folder has no tokenizer.json. */
export async function readTokenizerFolder(folder: string): Promise<TokenizerFiles | null> {
  const json = await readIfPresent(join(folder, 'tokenizer.json'))
  if (json === null) return null
  const config = await readIfPresent(join(folder, 'tokenizer_config.json'))
  return {
    json: parseTokenizer(json, join(folder, 'tokenizer.json')),
    config: config === null ? {} : parseObject(config, join(folder, 'tokenizer_config.json')),
  }
}

/** The tokenizer at a path to a folder or a tokenizer.json; null when nothing is there. */
export async function readTokenizerAt(path: string): Promise<TokenizerFiles | null> {
  const found = await stat(path).catch(() => null)
  if (found === null) return null
  if (found.isDirectory()) {
    const files = await readTokenizerFolder(path)
    if (files) return files
    throw new UserError(`tokenizer: the folder ${path} has no tokenizer.json`, 2)
  }
  if (!path.toLowerCase().endsWith('.json')) {
    throw new UserError(`tokenizer: ${path} is no tokenizer.json; give that file or its folder`, 2)
  }
  if (basename(path) === 'tokenizer.json') return readTokenizerFolder(dirname(path))
  return { json: parseTokenizer(await readFile(path, 'utf8'), path), config: {} }
}

/** The tokenizer of a model that is in Hugging Face's local cache; null when it is not. The revision `main` comes first. */
export async function readHubCache(model: string, env: Environment): Promise<TokenizerFiles | null> {
  const repository = join(huggingFaceHubCache(env), `models--${model.replaceAll('/', '--')}`)
  const main = (await readIfPresent(join(repository, 'refs', 'main')))?.trim()
  const snapshots = await readdir(join(repository, 'snapshots')).catch(() => [])
  const others = snapshots.filter((name) => name !== main).sort()
  for (const revision of main ? [main, ...others] : others) {
    const files = await readTokenizerFolder(join(repository, 'snapshots', revision))
    if (files) return files
  }
  return null
}

export function parseTokenizer(text: string, where: string): object {
  const json = parseObject(text, where)
  if (!('model' in json)) throw new UserError(`tokenizer: ${where} is no Hugging Face tokenizer (it has no "model")`, 2)
  return json
}

export function parseObject(text: string, where: string): object {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new UserError(`tokenizer: ${where} is not JSON`, 2)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UserError(`tokenizer: ${where} is not a JSON object`, 2)
  }
  return parsed
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    throw new UserError(`tokenizer: cannot read ${path} (${code ?? String(error)})`)
  }
}
