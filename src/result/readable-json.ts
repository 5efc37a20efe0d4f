/** JSON for people and programs: objects over several lines, arrays of plain values, and items of arrays, on one line each. */
export function readableJson(value: unknown): string {
  return `${write(value, '')}\n`
}

function write(value: unknown, indent: string): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const inner = `${indent}  `
  if (Array.isArray(value)) {
    if (!value.some((item) => item !== null && typeof item === 'object')) return JSON.stringify(value)
    return `[\n${value.map((item) => inner + JSON.stringify(item)).join(',\n')}\n${indent}]`
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined)
  if (entries.length === 0) return '{}'
  return `{\n${entries.map(([key, item]) => `${inner}${JSON.stringify(key)}: ${write(item, inner)}`).join(',\n')}\n${indent}}`
}
