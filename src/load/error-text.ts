import { printableLine } from '../printable.ts'

const longest = 500

/** The words of an error body: the message inside the usual JSON shapes, else the text itself, on one line. */
export function errorText(body: string): string {
  return oneLine(messageIn(body) ?? body)
}

export function oneLine(text: string): string {
  const line = printableLine(text)
  return line.length > longest ? `${line.slice(0, longest)}...` : line
}

function messageIn(body: string): string | null {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    return null
  }
  for (const path of [['error', 'message'], ['error'], ['message'], ['detail']]) {
    const found = path.reduce<unknown>(
      (inner, key) => (typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[key] : null),
      value,
    )
    if (typeof found === 'string' && found !== '') return found
  }
  return null
}
