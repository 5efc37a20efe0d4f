import type { Counts } from '../real-server.ts'
import { must } from './check.ts'
import { growth } from './scrape.ts'
import type { Measured } from './sweep.ts'

/** A start-of-text token, or none; a template's are not counted as asked. */
const promptSlack = 2

/** Every count of the suite against the server's own: usage by request, and its counters of all its work. */
export function checkCounts({ points, counted }: Measured, counts: Counts): string {
  const requests = points.flatMap(({ requests }) => rowsOf(requests))
  if (counts.kind === 'none') {
    const told = requests.filter(({ server_output_tokens }) => server_output_tokens !== null)
    must(told.length === 0, () => `${told.length} answers tell their tokens, and none should (${counts.why})`)
    return `${requests.length} answers, not counted by the server: ${counts.why}`
  }
  for (const row of requests) {
    const { server_output_tokens: server, stream_output_tokens: stream, asked_output_tokens: asked } = row
    must(server === asked, () => `asked for ${asked} tokens, the server's usage says ${server}`)
    must(stream === null || stream === server, () => `the stream told of ${stream} tokens, its usage says ${server}`)
  }
  const extra = requests.map((row) => (row['server_prompt_tokens'] ?? NaN) - (row['asked_prompt_tokens'] ?? NaN))
  const [least, most] = [Math.min(...extra), Math.max(...extra)]
  must(least >= 0 && most <= promptSlack, () => `prompts differ from what was asked by ${least} to ${most} tokens`)
  const output = sumOf(requests.map((row) => row['server_output_tokens'] ?? 0))
  const prompt = sumOf(requests.map((row) => row['server_prompt_tokens'] ?? 0))
  const text = `${requests.length} answers, ${output} tokens by its usage, each as asked; prompts ${least === most ? `+${most}` : `+${least} to +${most}`} tokens`
  return counts.totals === null || counted === null
    ? text
    : `${text}; ${checkTotals(counts.totals, counted, { prompt, output })}`
}

function checkTotals(
  totals: NonNullable<Extract<Counts, { kind: 'exact' }>['totals']>,
  counted: NonNullable<Measured['counted']>,
  ours: { readonly prompt: number; readonly output: number },
): string {
  const output = growth(counted, totals.outputTokens)
  must(output === ours.output, () => `${totals.outputTokens} grew by ${output}, our requests add up to ${ours.output}`)
  const prompt = growth(counted, totals.promptTokens)
  must(prompt === ours.prompt, () => `${totals.promptTokens} grew by ${prompt}, our requests add up to ${ours.prompt}`)
  return `its counters grew by the same ${prompt} + ${output}`
}

type Row = Readonly<Record<string, number | null>>

/** The columns of a result file as rows. */
function rowsOf(columns: Readonly<Record<string, readonly unknown[]>>): Row[] {
  const names = Object.keys(columns)
  const { length } = columns['outcome'] ?? []
  return Array.from({ length: length ?? 0 }, (_, row) =>
    Object.fromEntries(names.map((name) => [name, (columns[name]?.[row] ?? null) as number | null])),
  )
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0)
