import type { ApiError } from './errors.ts'
import { parseFault, type Fault } from './faults/index.ts'
import { UserError } from '../errors.ts'
import { describeIssue } from '../issue-words.ts'
import { overridesSchema, type Overrides, type StubSettings } from './options.ts'
import type { Ask, Route } from './reply.ts'

export type AskResult =
  | { readonly ok: true; readonly ask: Ask; readonly overrides: Overrides; readonly faults: readonly Fault[] }
  | { readonly ok: false; readonly status: number; readonly error: ApiError }

export interface AskContext {
  readonly settings: StubSettings
  readonly countPromptTokens: (text: string) => number
  readonly receivedNs: number
  readonly requestId: string
  /** The header `x-stub-fault`: faults parted by `;`. */
  readonly faultHeader: string | undefined
}

/** A reply is laid out before its first byte: more would take the memory of the whole run. */
const mostTokens = 1_000_000

const noOverrides = { success: true, data: {} as Overrides } as const

/** Reads a generation request as a strict server would: what it does not understand it refuses with OpenAI's words. */
export function readAsk(route: Route, body: string, context: AskContext): AskResult {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return refuse(400, 'The body of the request is not JSON', 'invalid_request_error', 'json_invalid')
  }
  if (!isRecord(json)) return invalid('The body of the request must be an object')
  const { settings } = context
  const model = json['model'] ?? settings.models[0] ?? 'stub'
  if (typeof model !== 'string') return invalid('model must be a string', 'model')
  if (settings.models.length > 0 && !settings.models.includes(model)) {
    return refuse(404, `The model \`${model}\` does not exist.`, 'NotFoundError', 'model_not_found', 'model')
  }
  const promptTokens = countPrompt(route, json, context.countPromptTokens)
  if (promptTokens === null) {
    const field = route === 'chat' ? 'messages' : 'prompt'
    return invalid(`${field} must be provided and non-empty`, field)
  }
  const maxTokens = json['max_completion_tokens'] ?? json['max_tokens'] ?? settings.defaultMaxTokens
  if (typeof maxTokens !== 'number' || !Number.isInteger(maxTokens) || maxTokens < 1) {
    return invalid(`max_tokens must be at least 1, got ${JSON.stringify(maxTokens)}.`, 'max_tokens')
  }
  if (maxTokens > mostTokens)
    return invalid(`max_tokens must be at most ${mostTokens}, got ${maxTokens}.`, 'max_tokens')
  const limit = settings.maxModelLength
  if (limit !== null && promptTokens + maxTokens > limit)
    return overflow(settings, route, limit, promptTokens, maxTokens)

  const overrides = json['stub'] === undefined ? noOverrides : overridesSchema.safeParse(json['stub'])
  if (!overrides.success) {
    const issue = overrides.error.issues[0]
    return invalid(`stub: ${issue ? describeIssue(issue, json['stub']) : 'not understood'}`, 'stub')
  }
  let faults: Fault[]
  try {
    faults = (context.faultHeader ?? '').split(';').filter(Boolean).map(parseFault)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    return invalid(error.message, 'x-stub-fault')
  }
  const streamOptions = isRecord(json['stream_options']) ? json['stream_options'] : {}
  const stream = json['stream'] === true
  const continuousUsage = stream && streamOptions['continuous_usage_stats'] === true
  return {
    ok: true,
    overrides: overrides.data,
    faults: [...faults, ...(overrides.data.faults ?? [])],
    ask: {
      route,
      stream,
      model,
      requestId: context.requestId,
      receivedNs: context.receivedNs,
      promptTokens,
      maxTokens,
      includeUsage: stream && streamOptions['include_usage'] === true,
      continuousUsage,
    },
  }
}

function countPrompt(route: Route, json: Record<string, unknown>, count: (text: string) => number): number | null {
  if (route === 'completions') {
    const prompt = json['prompt']
    if (typeof prompt === 'string') return prompt === '' ? null : count(prompt)
    if (!Array.isArray(prompt) || prompt.length === 0) return null
    if (prompt.every((id) => Number.isInteger(id))) return prompt.length
    return prompt.length === 1 && typeof prompt[0] === 'string' ? count(prompt[0]) : null
  }
  const messages = json['messages']
  if (!Array.isArray(messages) || messages.length === 0) return null
  let tokens = 0
  for (const message of messages as unknown[]) {
    if (!isRecord(message)) return null
    tokens += count(contentText(message['content']))
  }
  return tokens
}

function contentText(content: unknown): string {
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return ''
  return content
    .map((part: unknown) => (isRecord(part) && typeof part['text'] === 'string' ? part['text'] : ''))
    .join(' ')
}

function overflow(settings: StubSettings, route: Route, limit: number, prompt: number, output: number): AskResult {
  const message =
    settings.overflowWording === 'vllm'
      ? `This model's maximum context length is ${limit} tokens. However, you requested ${output} output tokens and your prompt contains ` +
        `${prompt} input tokens, for a total of ${prompt + output} tokens.`
      : `This model's maximum context length is ${limit} tokens. However, you requested ${prompt + output} tokens ` +
        `(${prompt} in the ${route === 'chat' ? 'messages' : 'prompt'}, ${output} in the completion). Please reduce the length.`
  return settings.overflowWording === 'vllm'
    ? refuse(400, message, 'BadRequestError', 400, 'input_tokens')
    : refuse(400, message, 'invalid_request_error', 'context_length_exceeded', 'messages')
}

function invalid(message: string, param?: string): AskResult {
  return refuse(400, message, 'invalid_request_error', null, param)
}

function refuse(
  status: number,
  message: string,
  type: string,
  code: string | number | null,
  param?: string,
): AskResult {
  return { ok: false, status, error: { message, type, code, ...(param === undefined ? {} : { param }) } }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
