import type { Target, Turn, WireRequest } from '../backend.ts'

/** A request with a JSON body; the user's headers are in it and come last. */
export function jsonRequest(
  path: string,
  body: Readonly<Record<string, unknown>>,
  turn: Turn,
  target: Target,
  headers: Readonly<Record<string, string>> = {},
): WireRequest {
  return {
    method: 'POST',
    path,
    headers: {
      'content-type': 'application/json',
      'x-request-id': turn.requestId,
      ...headers,
      ...target.headers,
    },
    body: JSON.stringify(body),
  }
}

/** `body` with the user's `extra` keys; objects under the same key are merged at any depth, else the user's wins. */
export function withExtra(
  body: Readonly<Record<string, unknown>>,
  extra: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...body }
  for (const [key, value] of Object.entries(extra)) {
    const own = merged[key]
    merged[key] = isPlain(own) && isPlain(value) ? withExtra(own, value) : value
  }
  return merged
}

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
