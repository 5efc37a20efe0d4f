import type { Backend, ProbeHttp, Target } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import type { PromptCacheBlock } from '../result/schema.ts'

/** Whose server it is: what others started is not touched. */
export type Owner = 'us' | 'others'

/** Empties the server's cache of prompts before a point, where that is possible and needed. Failing is an answer too. */
export async function resetCache(
  backend: Backend,
  target: Target,
  owner: Owner,
  http: ProbeHttp,
): Promise<PromptCacheBlock> {
  const { reset, promises } = backend
  if (owner === 'others') return { state: 'left', text: 'the server is not ours: its prompt cache was left as it was' }
  if (!reset) {
    if (promises.cacheOff) return { state: 'off', text: null }
    return { state: 'left', text: `${backend.id}: its prompt cache, if it has one, cannot be emptied` }
  }
  if (!reset.needed(target.own ?? {})) return { state: 'off', text: null }
  const text = await reset.run(http, target).catch((error: unknown) => {
    if (error instanceof UserError) return `the prompt cache was not emptied: ${error.message}`
    throw error
  })
  return text === null ? { state: 'emptied', text: null } : { state: 'failed', text }
}
