import { isObject, type Json } from './json.ts'

/** The message of an error object, whatever its shape; null when the payload is none. */
export function errorText(payload: Json): string | null {
  const error = payload['error']
  if (error !== undefined && error !== null && error !== false) {
    if (typeof error === 'string') return error === '' ? 'error without a message' : error
    return isObject(error) ? messageOf(error) : JSON.stringify(error)
  }
  if (payload['object'] === 'error') return messageOf(payload)
  const bare = payload['detail'] ?? payload['message']
  return typeof bare === 'string' && payload['choices'] === undefined ? bare : null
}

function messageOf(error: Json): string {
  return typeof error['message'] === 'string' && error['message'] !== '' ? error['message'] : JSON.stringify(error)
}

/** An event of type `error` may hold anything, also text that is no JSON. */
export function errorEventText(data: string): string {
  try {
    const value: unknown = JSON.parse(data)
    return isObject(value) ? (errorText(value) ?? messageOf(value)) : data
  } catch {
    return data
  }
}
