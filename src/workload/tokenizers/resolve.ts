import { homedir } from 'node:os'
import { UserError } from '../../errors.ts'
import { bundledFor, readBundled, shapingVocabulary, type BundledVocabulary } from './bundled.ts'
import { ownTokenizerFolder, type Environment } from './cache-folders.ts'
import { looksLikePath, readHubCache, readTokenizerAt, readTokenizerFolder } from './folder.ts'
import { fetchFromHub } from './hub.ts'
import { makeTokenizer, type ResolvedTokenizer, type TokenizerFiles, type TokenizerSource } from './tokenizer.ts'

export interface ResolveOptions {
  readonly env: Environment
  readonly fetch: typeof globalThis.fetch
  /** Longest wait for each of the hub's two files. */
  readonly timeoutSeconds?: number
}

/**
 * The tokenizer of a model: a path to a folder or a tokenizer.json; a bundled vocabulary, by the model's name; the local Hugging
 * Face cache, and ours; the hub. Throws UserError with one line when none has it.
 */
export async function resolveTokenizer(nameOrPath: string, options: ResolveOptions): Promise<ResolvedTokenizer> {
  const { env, fetch, timeoutSeconds = 30 } = options
  const path = nameOrPath.replace(/^~(?=[/\\]|$)/, env['HOME'] || homedir())
  const atPath = looksLikePath(nameOrPath) ? await readTokenizerAt(path) : await readTokenizerFolder(path)
  if (atPath) return build(atPath, nameOrPath, 'folder')
  if (looksLikePath(nameOrPath)) throw new UserError(`tokenizer: ${nameOrPath} does not exist`, 2)

  const bundled = bundledFor(nameOrPath)
  if (bundled) return loadBundled(bundled.vocabulary, { name: nameOrPath, source: 'bundled', note: bundled.note })

  const cached =
    (await readHubCache(nameOrPath, env)) ?? (await readTokenizerFolder(ownTokenizerFolder(nameOrPath, env)))
  if (cached) return build(cached, nameOrPath, 'hub-cache')
  return build(await fetchFromHub(nameOrPath, { env, fetch, timeoutSeconds }), nameOrPath, 'hub')
}

/**
 * A bundled tokenizer that only shapes prompts, for servers that count tokens themselves. `why`: what kept the model's own
 * tokenizer away; the note says it first.
 */
export function shapeTokenizer(why: UserError | null = null): Promise<ResolvedTokenizer> {
  const consequence = "Going on with the server's counts; prompt lengths approximate"
  return loadBundled(shapingVocabulary, {
    name: shapingVocabulary,
    source: 'shape',
    note: why ? `${why.message.replace(/\.?$/, '.')} ${consequence}` : consequence,
  })
}

const loaded = new Map<BundledVocabulary, Promise<ResolvedTokenizer>>()

/** One copy of each vocabulary a process, under any name. */
async function loadBundled(
  vocabulary: BundledVocabulary,
  about: Pick<ResolvedTokenizer, 'name' | 'source' | 'note'>,
): Promise<ResolvedTokenizer> {
  let loading = loaded.get(vocabulary)
  if (!loading) {
    loading = readBundled(vocabulary).then((files) => makeTokenizer(files, about))
    loaded.set(vocabulary, loading)
  }
  return { ...(await loading), ...about }
}

function build(files: TokenizerFiles, name: string, source: TokenizerSource): ResolvedTokenizer {
  try {
    return makeTokenizer(files, { name, source, note: null })
  } catch (error) {
    throw new UserError(`tokenizer: ${name} is of a kind that cannot be read here (${(error as Error).message})`)
  }
}
