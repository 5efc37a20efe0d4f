import type { ScalarBlock } from '../result/schema.ts'
import type { Measured } from './measured.ts'
import { sum } from './statistics.ts'

/** Tokens counted against tokens asked for. */
export function lengthRatio({ recording, ok, tokens }: Measured, which: 'prompt' | 'output'): ScalarBlock {
  const { counts, note } = tokens[which]
  const asked = which === 'prompt' ? recording.requests.askedPromptTokens : recording.requests.askedOutputTokens
  const both = ok.filter((row) => counts[row] != null && asked[row] != null)
  const [got, wanted] = [sum(both.map((row) => counts[row] ?? 0)), sum(both.map((row) => asked[row] ?? 0))]
  if (wanted === 0) return { unit: 'ratio', value: null, note: `no ${which} length was asked for` }
  const each = (total: number) => (total / both.length).toPrecision(4)
  return { unit: 'ratio', value: got / wanted, note: `${each(got)} a request for ${each(wanted)} asked, ${note}` }
}
