import { z } from 'zod'
import { badRequest } from './errors.ts'

export type Route = 'completions' | 'chat'

/** A checked request of either route. */
export interface CompletionRequest {
  readonly model: string | null
  readonly prompt:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'tokens'; readonly tokens: readonly number[] }
  /** Null: whatever fits. */
  readonly maxTokens: number | null
  readonly minTokens: number
  readonly ignoreEos: boolean
  readonly stops: readonly string[]
  readonly sampling: {
    readonly temperature: number
    readonly topP: number
    readonly topK: number
    /** Null: the server draws one. */
    readonly seed: number | null
  }
  readonly stream: { readonly includeUsage: boolean; readonly continuousUsage: boolean } | null
}

/** OpenAI's default of the completions route. */
const defaultCompletionTokens = 16
/** llama.cpp's own default, as in its server. */
const defaultTopK = 40

const common = {
  model: z.string().nullish(),
  max_tokens: z.int().min(1).nullish(),
  min_tokens: z.int().min(0).nullish(),
  ignore_eos: z.boolean().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  seed: z.int().nullish(),
  stop: z
    .union([z.string().min(1), z.array(z.string().min(1)).max(4)], 'must be a string or up to 4 strings, none empty')
    .nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .object({ include_usage: z.boolean().nullish(), continuous_usage_stats: z.boolean().nullish() })
    .nullish(),
  n: neutralOnly(1),
  best_of: neutralOnly(1),
  echo: neutralOnly(false),
  suffix: neutralOnly(''),
  logprobs: neutralOnly(false),
  top_logprobs: neutralOnly(0),
  prompt_logprobs: neutralOnly(0),
  presence_penalty: neutralOnly(0),
  frequency_penalty: neutralOnly(0),
  repetition_penalty: neutralOnly(1),
  min_p: neutralOnly(0),
  logit_bias: emptyOnly(),
  tools: emptyOnly(),
  functions: emptyOnly(),
  response_format: z.object({ type: z.literal('text', 'only "text" is supported') }).nullish(),
}

const completionBody = z.object({
  ...common,
  prompt: z.union(
    [z.string(), z.array(z.int().min(0)).min(1)],
    'must be a string or an array of token ids; one prompt a request',
  ),
})

const chatBody = z.object({
  ...common,
  max_completion_tokens: z.int().min(1).nullish(),
  messages: z
    .array(
      z.object({
        role: z.string().min(1),
        content: z.union(
          [z.string(), z.array(z.object({ type: z.literal('text'), text: z.string() }))],
          'must be a string or an array of parts of the type "text"',
        ),
      }),
    )
    .min(1),
})

/** Throws ApiError (400) on what is wrong, or right but not supported. Keys that are unknown are ignored, as vLLM does. */
export function parseRequest(route: Route, body: unknown): CompletionRequest {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('The request body must be a JSON object.')
  const required = route === 'chat' ? 'messages' : 'prompt'
  if (!(required in body)) throw badRequest(`you must provide a ${required} parameter`, required)
  if (route === 'chat') {
    const checked = check(chatBody, body)
    const text = chatPrompt(checked.messages)
    return shared(checked, { kind: 'text', text }, checked.max_completion_tokens ?? checked.max_tokens ?? null)
  }
  const checked = check(completionBody, body)
  const { prompt } = checked
  return shared(
    checked,
    typeof prompt === 'string' ? { kind: 'text', text: prompt } : { kind: 'tokens', tokens: prompt },
    checked.max_tokens ?? defaultCompletionTokens,
  )
}

function shared(
  body: z.infer<typeof completionBody> | z.infer<typeof chatBody>,
  prompt: CompletionRequest['prompt'],
  maxTokens: number | null,
): CompletionRequest {
  const minTokens = body.min_tokens ?? 0
  if (maxTokens !== null && minTokens > maxTokens) {
    throw badRequest(
      `min_tokens must be less than or equal to max_tokens=${maxTokens}, got ${minTokens}.`,
      'min_tokens',
    )
  }
  if (body.stream_options && body.stream !== true) {
    throw badRequest('Stream options can only be defined when `stream=True`.', 'stream_options')
  }
  return {
    model: body.model ?? null,
    prompt,
    maxTokens,
    minTokens,
    ignoreEos: body.ignore_eos ?? false,
    stops: typeof body.stop === 'string' ? [body.stop] : (body.stop ?? []),
    sampling: {
      temperature: body.temperature ?? 1,
      topP: body.top_p ?? 1,
      topK: Math.max(0, body.top_k ?? defaultTopK),
      seed: body.seed ?? null,
    },
    stream:
      body.stream === true
        ? {
            includeUsage: body.stream_options?.include_usage ?? false,
            continuousUsage: body.stream_options?.continuous_usage_stats ?? false,
          }
        : null,
  }
}

/** `role: content` lines, then `assistant:`. A template inside a model file is not used. */
function chatPrompt(messages: z.infer<typeof chatBody>['messages']): string {
  const lines = messages.map(({ role, content }) => {
    const text = typeof content === 'string' ? content : content.map((part) => part.text).join('')
    return `${role}: ${text}\n`
  })
  return `${lines.join('')}assistant:`
}

function neutralOnly(neutral: string | number | boolean): z.ZodType {
  return z.literal(neutral, `is not supported here; leave it out or give ${JSON.stringify(neutral)}`).nullish()
}

function emptyOnly(): z.ZodType {
  return z
    .custom(
      (value) => typeof value === 'object' && value !== null && Object.keys(value).length === 0,
      'is not supported here; leave it out',
    )
    .nullish()
}

function check<Schema extends z.ZodType>(schema: Schema, body: object): z.infer<Schema> {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const param = issue?.path.join('.') ?? null
  throw badRequest(`${param}: ${issue?.message ?? 'invalid'}`, param)
}
