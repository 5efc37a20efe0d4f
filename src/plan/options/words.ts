import { parseDuration } from '../load-shapes/stages.ts'

const decimal = String.raw`(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`
const limitPattern = new RegExp(`^(ttft|tpot|itl|e2e)<=?(${decimal})$`, 'i')
const ratesPattern = new RegExp(`^(cum|ema16)=(${decimal})/(${decimal})$`, 'i')
const thresholdPattern = new RegExp(String.raw`^\s*([a-z][\w.]*)\s*(<=?|>=?)\s*(-?${decimal})\s*$`, 'i')
const percentPattern = new RegExp(String.raw`^(${decimal})\s*(%?)$`, 'i')

/** `ttft<0.5`, `cum=512/4` (the original's deadline at 512 prompt and 4 output tokens/s) */
export function parseObjectives(words: readonly string[]): Record<string, unknown> {
  const limits: Record<string, unknown> = {}
  for (const word of words) {
    const limit = limitPattern.exec(word.replaceAll(' ', ''))
    const rates = ratesPattern.exec(word.replaceAll(' ', ''))
    if (limit) limits[limit[1] ?? ''] = Number(limit[2])
    else if (rates) limits[rates[1] ?? ''] = { prompt: Number(rates[2]), generation: Number(rates[3]) }
    else throw new Error(`"${word}" is no objective; write 'ttft<0.5', tpot, itl, e2e, or 'cum=512/4', ema16`)
  }
  return limits
}

/** `ttft.p99<0.5`, `output_token_throughput>900` */
export function parseThresholds(words: readonly string[]): Record<string, { min?: number; max?: number }> {
  const limits: Record<string, { min?: number; max?: number }> = {}
  for (const word of words) {
    const match = thresholdPattern.exec(word)
    if (!match) throw new Error(`"${word}" is no threshold; write 'ttft.p99<0.5' or 'output_token_throughput>900'`)
    const [, metric = '', sign = '', limit = ''] = match
    limits[metric] = { ...limits[metric], [sign.startsWith('<') ? 'max' : 'min']: Number(limit) }
  }
  return limits
}

export function durationOf(words: readonly string[]): number {
  const seconds = parseDuration(words.join(' '))
  if (Number.isNaN(seconds)) throw new Error(`"${words.join(' ')}" is no time; write 90, 30s, 2m or 1h`)
  return seconds
}

/** `5%`, `0.05` */
export function parsePercent(words: readonly string[]): number {
  const match = percentPattern.exec(words.join(''))
  if (!match) throw new Error(`"${words.join(' ')}" is no share; write 5% or 0.05`)
  return Number(match[1]) / (match[2] === '%' ? 100 : 1)
}

export function parseJson(words: readonly string[]): unknown {
  const text = words.join(' ')
  try {
    return JSON.parse(text)
  } catch {
    throw new Error(`not JSON: ${text}`)
  }
}

/** `name: value`, names in lower case. */
export function parseHeaders(words: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const word of words) {
    const colon = word.indexOf(':')
    // What stands there may be a key: it is not repeated.
    if (colon < 0) throw new Error("no header without a colon; write --header 'name: value'")
    const name = word.slice(0, colon).trim()
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw new Error(`"${name}" is no name of a header; write --header 'name: value'`)
    }
    headers[name.toLowerCase()] = word.slice(colon + 1).trim()
  }
  return headers
}
