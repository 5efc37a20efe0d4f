import type { Counts } from '../real-server.ts'
import type { Point } from '../suite/suite.ts'
import { must } from './check.ts'

/** A start-of-text token, or none. */
const promptSlack = 2

/** Every count of the suite against the server's own: usage by request, warm-up included, and its counters by point. */
export function checkCounts(points: readonly Point[], counts: Counts): string {
  const rows = points.flatMap(rowsOf)
  if (counts.kind === 'none') {
    const told = rows.filter(({ server }) => server !== null)
    must(told.length === 0, () => `${told.length} answers tell their tokens, and none should (${counts.why})`)
    return `${rows.length} answers, not counted by the server: ${counts.why}`
  }
  for (const { server, stream, asked } of rows) {
    must(server === asked, () => `asked for ${asked} tokens, the server's usage says ${server}`)
    must(stream === null || stream === server, () => `the stream told of ${stream} tokens, its usage says ${server}`)
  }
  const extra = rows.map(({ prompt, askedPrompt }) => (prompt ?? NaN) - (askedPrompt ?? NaN))
  const [least, most] = [Math.min(...extra), Math.max(...extra)]
  must(least >= 0 && most <= promptSlack, () => `prompts have ${least} to ${most} tokens more than asked for`)
  const text = `${rows.length} answers with ${sumOf(rows.map(({ server }) => server))} tokens by its usage, each as asked`
  const prompts = `prompts ${least === most ? `+${most}` : `+${least} to +${most}`} tokens`
  return [text, prompts, ...checkCounters(points, counts.counters)].join('; ')
}

type CounterName = Extract<Counts, { kind: 'exact' }>['counters'][number]

function checkCounters(points: readonly Point[], names: readonly CounterName[]): string[] {
  if (names.length === 0) return []
  for (const point of points) {
    const { counters } = point.server
    if (counters?.source == null) {
      const why = counters == null ? 'its backend reads none' : counters.why
      must(false, () => `${point.point.label}: no counters: ${why}`)
      continue
    }
    const rows = rowsOf(point)
    const ours: Readonly<Record<CounterName, number>> = {
      requests: rows.length,
      prompt_tokens: sumOf(rows.map(({ prompt }) => prompt)),
      output_tokens: sumOf(rows.map(({ server }) => server)),
    }
    for (const name of names) {
      const { [name]: grown } = counters.counted
      must(
        grown === ours[name],
        () => `${point.point.label}: its counter of ${name} grew by ${grown}, ours say ${ours[name]}`,
      )
    }
  }
  return [`its counters of ${names.join(', ')} grew by exactly as much`]
}

interface Row {
  readonly server: number | null
  readonly stream: number | null
  readonly asked: number | null
  readonly prompt: number | null
  readonly askedPrompt: number | null
}

function rowsOf({ requests }: Point): Row[] {
  const column = (name: string) => (requests[name] ?? []) as readonly (number | null)[]
  const [server, stream, asked] = ['server_output_tokens', 'stream_output_tokens', 'asked_output_tokens'].map(column)
  const [prompt, askedPrompt] = ['server_prompt_tokens', 'asked_prompt_tokens'].map(column)
  return column('outcome').map((_, row) => ({
    server: server?.[row] ?? null,
    stream: stream?.[row] ?? null,
    asked: asked?.[row] ?? null,
    prompt: prompt?.[row] ?? null,
    askedPrompt: askedPrompt?.[row] ?? null,
  }))
}

const sumOf = (values: readonly (number | null)[]) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0)
