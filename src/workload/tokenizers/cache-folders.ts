import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** `$XDG_CACHE_HOME`, else `~/.cache`; a relative XDG_CACHE_HOME counts as unset, as its standard says. */
function cacheHome(env: Environment): string {
  const set = env['XDG_CACHE_HOME']
  return set && isAbsolute(set) ? set : join(env['HOME'] || homedir(), '.cache')
}

/** Hugging Face's own cache of model files. */
export function huggingFaceHubCache(env: Environment): string {
  return (
    env['HF_HUB_CACHE'] ||
    env['HUGGINGFACE_HUB_CACHE'] ||
    join(env['HF_HOME'] || join(cacheHome(env), 'huggingface'), 'hub')
  )
}

/** Where tokenizers that we fetched are kept, one folder a model. */
export function ownTokenizerFolder(model: string, env: Environment): string {
  return join(cacheHome(env), 'servemark', 'tokenizers', model.replaceAll('/', '--'))
}
