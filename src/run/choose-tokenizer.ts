import type { Probe } from '../backends/backend.ts'
import { UserError } from '../errors.ts'
import { resolveTokenizer, shapeTokenizer, type ResolvedTokenizer } from '../workload/tokenizers/index.ts'
import type { RunContext } from './run-context.ts'

/**
 * The tokenizer that shapes prompts and counts answers. Where the model has none here and the server counts tokens
 * itself, another one shapes the prompts and that is said; where nobody would count, it is an error. `model` is what the
 * bench calls it: a GGUF file's own tokenizer cannot be read here, and its name means nothing to a hub.
 */
export async function chooseTokenizer(
  asked: string | null,
  model: string | null,
  probe: Probe,
  context: RunContext,
): Promise<ResolvedTokenizer> {
  const options = { env: context.environment, fetch: globalThis.fetch, timeoutSeconds: 10 }
  if (asked !== null) return await told(resolveTokenizer(asked, options), context)
  const isFile = /\.gguf$/i.test(model ?? '')
  try {
    if (isFile)
      throw new UserError('tokenizer: that of a GGUF file is not read; give --tokenizer NAME for exact lengths')
    return await told(resolveTokenizer(probe.model, options), context)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    if (!probe.capabilities.usage) {
      throw new UserError(`${error.message.replace(/\.?$/, '.')} The server counts no tokens, so --tokenizer is needed`)
    }
    return await told(shapeTokenizer(error), context)
  }
}

async function told(resolving: Promise<ResolvedTokenizer>, context: RunContext): Promise<ResolvedTokenizer> {
  const tokenizer = await resolving
  if (tokenizer.note) context.note(tokenizer.source === 'shape' ? tokenizer.note : `tokenizer: ${tokenizer.note}`)
  return tokenizer
}
