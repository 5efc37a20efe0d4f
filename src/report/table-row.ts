import { isAbsolute, relative } from 'node:path'
import { styleText } from 'node:util'
import type { FailureBlock, ResultFile, VerdictStatus } from '../result/schema.ts'
import { failedCount, rowColumns, tpotMedian } from './columns.ts'
import { formatAge, formatDuration, shorten, undefinedMark } from './format.ts'

export const verdictMarks: Readonly<Record<VerdictStatus, string>> = { valid: '✓', suspect: '~', invalid: '✗' }

const verdictColors = { valid: 'green', suspect: 'yellow', invalid: 'red' } as const
const verdictWidth = '~ suspect'.length
/** Room for `> 1.23 ms`, and for the counts of a long point. */
const widths = rowColumns.map(({ head: [name, below] }) => Math.max(name.length, below === '' ? 5 : 9))

/** Two lines above the rows: names, then units and percentiles. */
export function formatHeader(): string {
  const names = aligned(['verdict', ...rowColumns.map(({ head }) => head[0])])
  return [names, aligned(['', ...rowColumns.map(({ head }) => head[1])])].join('\n')
}

/**
 * One point as one line: verdict, clients, rates, percentiles, ok and failed. `-` is undefined, `> x` a percentile among
 * failed requests. `keptSeconds`: the age of a result that was kept instead of measured.
 */
export function formatRow(
  result: ResultFile,
  keptSeconds: number | null = null,
  options: { readonly color?: boolean } = {},
): string {
  const { status } = result.servemark.verdict
  const cells = rowColumns.map((column) => column.cell(result))
  const row = aligned([`${verdictMarks[status]} ${status}`, ...cells])
  const kept = keptSeconds === null ? '' : `  kept, measured ${formatAge(keptSeconds)}`
  const shown = options.color
    ? styleText(verdictColors[status], row.slice(0, verdictWidth), { validateStream: false }) + row.slice(verdictWidth)
    : row
  return shown + kept
}

/** Chunks of more tokens than this, on average, make ITL another thing than a time per token. */
const tokensOfOneChunk = 1.05

/** The line under a row whose ITL is no time per token: what it is, and what a token took. Null where a chunk is a token. */
export function formatChunkNote(result: ResultFile): string | null {
  const block = result.servemark.metrics['tokens_per_chunk']
  const tokens = block !== undefined && 'value' in block ? block.value : null
  if (tokens === null || tokens <= tokensOfOneChunk) return null
  const perToken = tpotMedian.cell(result)
  const pace = perToken === undefinedMark ? '' : `; per token p50 ${perToken}`
  return `ITL is between chunks of ${Number(tokens.toPrecision(3))} tokens${pace}`
}

/** Which requests of a point failed, the first error, and where the result is: one line. */
export function formatFailure(result: ResultFile, path: string, cwd = userDirectory()): string {
  const { outcomes, point } = result.servemark
  const failed = failedCount(result)
  const name = point.load_words.name
  const parts = [`${failed} of ${failed + outcomes.ok} failed`]
  const reasons = describeFailures(result)
  return `✗ ${name}  ${[...parts, ...(reasons === '' ? [] : [reasons])].join(': ')} -> ${nearPath(path, cwd)}`
}

/** That a point must not be used, and the first reason, in one line; the summary of the run has all. */
export function formatInvalid({ servemark: { point, verdict } }: ResultFile): string {
  const invalid = verdict.reasons.filter(({ status }) => status === 'invalid')
  const others = new Set(invalid.map(({ rule }) => rule)).size - 1
  const more = others > 0 ? ` (and ${others} more)` : ''
  return `✗ ${point.load_words.name} is invalid (--allow-invalid lets it pass): ${invalid[0]?.text ?? ''}${more}`
}

/** `http_error 503 x3 (no room now), first "queue full" at 4.1 s`; empty when nothing failed. */
export function describeFailures({ servemark: { failures } }: ResultFile): string {
  const at = (failure: FailureBlock) => failure.first_at_s ?? Infinity
  const kinds = failures
    .toSorted((a, b) => b.count - a.count)
    .map((failure) => `${failureKind(failure)}${failure.meaning ? ` (${failure.meaning})` : ''}`)
  const first = failures.toSorted((a, b) => at(a) - at(b))[0]
  if (first === undefined || first.first_error === null) return kinds.join(', ')
  const when = first.first_at_s === null ? '' : ` at ${formatDuration(first.first_at_s)}`
  return [...kinds, `first "${shorten(first.first_error, 120)}"${when}`].join(', ')
}

/** `http_error 503 x3` */
export const failureKind = ({ outcome, http_status: status, count }: FailureBlock) =>
  `${outcome}${status === null ? '' : ` ${status}`} x${count}`

/** Where the user typed the command; npm scripts run elsewhere. */
const userDirectory = () => process.env['INIT_CWD'] ?? process.cwd()

/** The path from there, where it lies below; else the path itself. */
export function nearPath(path: string, cwd = userDirectory()): string {
  const near = relative(cwd, path)
  return near.startsWith('..') || isAbsolute(near) ? path : near
}

function aligned([verdict = '', ...cells]: readonly string[]): string {
  const padded = cells.map((cell, i) => cell.padStart(widths[i] ?? 0))
  return [verdict.padEnd(verdictWidth), ...padded].join('  ').trimEnd()
}
