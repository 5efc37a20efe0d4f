import type { Capabilities, Probe, Sampling, Target, Turn, Wire, WireRequest } from '../backend.ts'

/** What one generation asks for. */
export interface Ask {
  readonly model: string
  readonly prompt: string
  readonly messages: Turn['messages']
  readonly outputTokens: number
}

export type Dialect = Pick<
  Capabilities,
  'ignoreEos' | 'minTokens' | 'seed' | 'streamUsage' | 'continuousUsage' | 'lengthKey'
>

/** What one kind of server wants otherwise in the body that all others get. */
export type ShapeBody = (body: Readonly<Record<string, unknown>>, ask: Ask) => Record<string, unknown>

/**
 * The body of a completions or chat request, prompts as text. Keys that not every server takes are sent where
 * `dialect` says so; `extraBody` is merged last, so that it wins.
 */
export function openAiBody(
  ask: Ask,
  target: Pick<Target, 'route' | 'stream' | 'sampling' | 'extraBody'>,
  dialect: Dialect,
  shape: ShapeBody = (body) => body,
): Record<string, unknown> {
  const body = {
    model: ask.model,
    ...input(ask, target.route),
    [dialect.lengthKey]: ask.outputTokens,
    ...(dialect.minTokens && { min_tokens: ask.outputTokens }),
    ...(dialect.ignoreEos && { ignore_eos: true }),
    ...samplingBlock(target.sampling, dialect),
    stream: target.stream,
    ...(target.stream && dialect.streamUsage && { stream_options: streamOptions(dialect) }),
  }
  return { ...shape(body, ask), ...target.extraBody }
}

export function openAiPath(route: Target['route']): string {
  return route === 'chat' ? '/chat/completions' : '/completions'
}

/** One request as it goes out; the user's headers are in it. */
export function openAiRequest(turn: Turn, target: Target, probe: Probe, shape?: ShapeBody): WireRequest {
  const ask = { model: probe.model, prompt: turn.prompt, messages: turn.messages, outputTokens: turn.outputTokens }
  return {
    method: 'POST',
    path: openAiPath(target.route),
    headers: {
      'content-type': 'application/json',
      accept: target.stream ? 'text/event-stream' : 'application/json',
      'x-request-id': turn.requestId,
      ...target.headers,
    },
    body: JSON.stringify(openAiBody(ask, target, probe.capabilities, shape)),
  }
}

export function openAiWire(target: Target): Wire {
  return { transport: 'http', framing: target.stream ? 'sse' : 'json' }
}

/** The decoder of this family, as the load process imports it. */
export const openAiDecoderModule = new URL('openai-decoder.ts', import.meta.url).href

/** `abort`, `content_filter`, `error` and `model_length` are no success; `[DONE]` alone proves nothing. */
export const openAiSuccess = {
  finishReasons: ['stop', 'length', 'tool_calls', 'function_call', 'eos', 'eos_token', 'stop_sequence'],
  endMarkSuffices: false,
} as const

function input(ask: Ask, route: Target['route']): Record<string, unknown> {
  if (route === 'completions') return { prompt: ask.prompt }
  return { messages: ask.messages ?? [{ role: 'user', content: ask.prompt }] }
}

function samplingBlock(sampling: Sampling, dialect: Dialect): Record<string, unknown> {
  return {
    temperature: sampling.temperature,
    top_p: sampling.topP,
    ...(dialect.seed && { seed: sampling.seed }),
  }
}

function streamOptions(dialect: Dialect): Record<string, unknown> {
  return { include_usage: true, ...(dialect.continuousUsage && { continuous_usage_stats: true }) }
}
