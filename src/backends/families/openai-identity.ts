import type { ProbeResponse } from '../backend.ts'
import { count, firstObject, isObject, nonEmptyString } from './json.ts'

/** What a server tells of itself beside the API. */
export interface ServerIdentity {
  readonly version: string | null
  /** Longest prompt + output of one request, where a route beside the model list says so. */
  readonly maxModelLength: number | null
  readonly tokenizeUrl: string | null
  readonly details: Readonly<Record<string, unknown>>
}

type Ask = (path: string, body?: unknown) => Promise<ProbeResponse | null>

/**
 * Asks the routes that servers have by custom: /version (vLLM), /props (llama-server), /server_info (SGLang), /info
 * (TGI), /tokenize. `ask` gives null for what failed; nothing here is required of a server.
 */
export async function readIdentity(ask: Ask, root: string, model: string): Promise<ServerIdentity> {
  const sample = 'one two three'
  const [version, props, serverInfo, info, tokenize] = (
    await Promise.all([
      ask('/version'),
      ask('/props'),
      ask('/server_info'),
      ask('/info'),
      ask('/tokenize', { model, prompt: sample, content: sample }),
    ])
  ).map((response) => (response?.status === 200 && isObject(response.json) ? response.json : null))

  const slotContext = count(firstObject(props?.['default_generation_settings'])?.['n_ctx'])
  const details = {
    ...(version && isSmall(version) && { version }),
    ...(props && {
      props: {
        build_info: props['build_info'] ?? null,
        total_slots: props['total_slots'] ?? null,
        n_ctx: slotContext,
        model_path: props['model_path'] ?? null,
      },
    }),
    ...(info && isSmall(info) && { info }),
  }
  return {
    version:
      nonEmptyString(version?.['version']) ??
      nonEmptyString(props?.['build_info']) ??
      nonEmptyString(serverInfo?.['version']) ??
      nonEmptyString(info?.['version']),
    maxModelLength: slotContext ?? count(info?.['max_total_tokens']),
    tokenizeUrl: countsTokens(tokenize) ? `${root}/tokenize` : null,
    details,
  }
}

function countsTokens(reply: Readonly<Record<string, unknown>> | null | undefined): boolean {
  return (count(reply?.['count']) ?? 0) > 0 || (Array.isArray(reply?.['tokens']) && reply['tokens'].length > 0)
}

/** A result file is no place for a server's whole configuration. */
function isSmall(value: unknown): boolean {
  return JSON.stringify(value).length <= 4000
}
