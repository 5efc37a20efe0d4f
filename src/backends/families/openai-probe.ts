import type { Probe, ProbeHttp, Target } from '../backend.ts'
import { serverRoot } from '../base-url.ts'
import { createAsker } from './asker.ts'
import type { Json } from './json.ts'
import { sampleDialect } from './openai-dialect.ts'
import { readIdentity } from './openai-identity.ts'
import { readModelList, resolveModel } from './openai-models.ts'
import type { OpenAiQuirks } from './openai-quirks.ts'
import { openAiPath } from './openai-wire.ts'

/**
 * Asks a server once what it is and what it can: model list, version, one short generation. Of several endpoints
 * only the first is asked. Each failure is a UserError of one line that begins with the backend's id.
 */
export async function probeOpenAi(
  http: ProbeHttp,
  target: Target,
  signal: AbortSignal,
  quirks: OpenAiQuirks = {},
): Promise<Probe> {
  const { baseUrl, pathOf, get, post } = createAsker(http, target, signal)
  const list = await get(`${baseUrl}/models`)
  const models = readModelList(target, pathOf('/models'), list)
  const trusted = quirks.lists === 'some' && target.model !== null
  const asked = quirks.modelName?.(target.model, models?.map(({ id }) => id) ?? []) ?? target.model
  const model = resolveModel({ ...target, model: asked }, pathOf('/models'), trusted ? null : models, list)
  const listed = models?.find((one) => one.id === model) ?? null

  const route = openAiPath(target.route)
  const root = serverRoot(baseUrl)
  const optional = async (path: string, body?: unknown) =>
    await (body === undefined ? get(root + path) : post(root + path, body)).catch(() => null)
  const [sample, identity] = await Promise.all([
    sampleDialect(async (body) => await post(baseUrl + route, body), target, pathOf(route), model, quirks),
    readIdentity(optional, root, model),
  ])
  signal.throwIfAborted()

  const maxModelLength = shorter(identity.maxModelLength, listed?.maxModelLength ?? null)
  const notes = [...sample.notes]
  if (models === null) notes.unshift(`${list.status} from ${pathOf('/models')}: the model's name is taken on trust`)
  if (maxModelLength === null)
    notes.push('the server does not tell its context length: lengths are not checked before the run')
  return {
    model,
    version: identity.version,
    maxModelLength,
    capabilities: { ...sample.dialect, usage: sample.usage, tokenizeUrl: identity.tokenizeUrl },
    identity: {
      server_header: list.headers['server'] ?? null,
      model: listed ? lasting(listed.entry) : null,
      ...identity.details,
    },
    notes,
  }
}

/**
 * Whether prompts of up to `promptMax` tokens with `output` more fit the server; the line for the user when they do
 * not, else null. An unknown limit fits.
 */
export function checkLengths(
  probe: Pick<Probe, 'maxModelLength'>,
  promptMax: number,
  output: number,
  name = 'openai',
): string | null {
  const limit = probe.maxModelLength
  if (limit === null || promptMax + output <= limit) return null
  return `${name}: prompts up to ${promptMax} + ${output} tokens exceed the server's ${limit}. Lower --prompt-tokens or --max-prompt-tokens`
}

/** Without what differs from one start, or one question, to the next: identities are compared. */
function lasting(entry: Json): Json {
  const passing = new Set(['created', 'permission', 'permissions'])
  return Object.fromEntries(Object.entries(entry).filter(([key]) => !passing.has(key)))
}

function shorter(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b)
}
