import type { Carried } from '../backend.ts'
import { isObject, type Json } from './json.ts'

/** What a decoder fills in. */
export type Filling = { -readonly [Key in keyof Carried]: Carried[Key] }

/** The JSON object of an event. Throws on anything else. */
export function parseEvent(data: string): Json {
  let value: unknown
  try {
    value = JSON.parse(data)
  } catch {
    throw new Error(`not JSON: ${excerpt(data)}`)
  }
  if (!isObject(value)) throw new Error(`not a JSON object: ${excerpt(data)}`)
  return value
}

export function excerpt(data: string): string {
  return data.length > 120 ? `${data.slice(0, 120)}...` : data
}
