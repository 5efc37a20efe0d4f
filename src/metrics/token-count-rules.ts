import type { Recording } from '../recording/recording.ts'
import { tokenChunkRows } from '../recording/request-times.ts'
import { ledgers, ledgerTotal } from './ledgers.ts'
import { lengthDifference } from './length-rules.ts'
import type { Measured } from './measured.ts'
import { sum } from './statistics.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { over, share, type Finding, type Rule } from './verdict-rule.ts'

/** Tokens a request by which usage and tokenizer may differ: the end token, and text that is cut anew where it was cut. */
const tokenizerAllowance = 2

/** Whether the token counts that throughput rests on can be believed. */
export const tokenCountRules: readonly Rule[] = [
  {
    id: 'token_counts',
    family: 'throughput',
    describe: "tokens not counted by the server's usage: suspect",
    judge: ({ measured: { ok, tokens } }) =>
      ok.length === 0 || tokens.output.ledger === 'server'
        ? null
        : { status: 'suspect', text: `output tokens: ${tokens.output.note}` },
  },
  ...(['throughput', 'itl'] as const).map(usageBelowChunks),
  {
    id: 'usage_and_tokenizer_part',
    family: 'throughput',
    describe:
      "output tokens by the server's usage against the tokenizer's count of the answers, two a request allowed: over 10 % apart suspect, over 50 % invalid (suspect where the tokenizer may not be the model's)",
    judge({ measured, ownTokenizer }) {
      const totals = bothTotals(measured, 'tokenizer')
      if (totals === null) return null
      const { server, other } = totals
      const apart = Math.max(0, Math.abs(server - other) - tokenizerAllowance * measured.ok.length)
      const found = over(
        limits.tokenizer,
        apart / Math.max(1, Math.min(server, other)),
        (part) =>
          `the server says it sent ${server} output tokens, the text that came has ${other} by the tokenizer, ${part} apart: token rates may be wrong by as much`,
      )
      return found === null || ownTokenizer ? found : { ...found, status: 'suspect' }
    },
  },
  {
    id: 'usage_and_stream_part',
    family: 'throughput',
    describe:
      "output tokens by the server's usage against those that its stream's ids or running counts told, by request: any difference suspect, over 10 % invalid",
    judge({ measured }) {
      const totals = bothTotals(measured, 'stream')
      if (totals === null) return null
      const { serverOutputTokens, streamOutputTokens } = measured.recording.requests
      const apart = sum(
        measured.ok.map((row) => Math.abs((serverOutputTokens[row] ?? 0) - (streamOutputTokens[row] ?? 0))),
      )
      return over(
        limits.stream,
        apart / Math.max(1, Math.min(totals.server, totals.other)),
        (part) =>
          `the server's usage says ${totals.server} output tokens, its streams told of ${totals.other}, ${part} apart by request: one of its two counts is wrong`,
      )
    },
  },
  {
    id: 'prompt_count_absurd',
    family: 'throughput',
    describe: 'prompt tokens counted against those asked for, for total throughput: 50 % off invalid',
    judge({ measured }): Finding | null {
      const found = lengthDifference(measured, 'prompt')
      return (
        found &&
        over(
          limits.absurdPrompt,
          Math.abs(found.counted - found.asked) / found.asked,
          (part) =>
            `the count of prompt tokens is ${part} off what was sent: the total token throughput counts tokens that were not there, or misses some that were`,
        )
      )
    },
  },
]

/** Each chunk that carries a token carries at least one. */
function usageBelowChunks(family: 'throughput' | 'itl'): Rule {
  return {
    id: 'usage_below_chunks',
    family,
    describe:
      "ok requests with fewer output tokens, by the server's usage, than chunks that carried tokens: over 1 % suspect, over 5 % invalid",
    judge({ measured: { recording, ok, tokens } }) {
      if (tokens.output.ledger !== 'server') return null
      const impossible = ok.filter((row) => (tokens.output.counts[row] ?? 0) < tokenChunkRows(recording, row).length)
      return over(limits.belowChunks, share(impossible.length, ok.length), (part) => {
        const [row] = impossible
        return `${part} of the answers came in more chunks with text than the server counts tokens${row === undefined ? '' : exampleOf(recording, row)}: its token counts are wrong`
      })
    },
  }
}

function exampleOf(recording: Recording, row: number): string {
  return ` (${tokenChunkRows(recording, row).length} chunks, ${recording.requests.serverOutputTokens[row]} tokens in one)`
}

/** Output tokens of all ok requests by the server and by another ledger; null where one of them did not count all. */
function bothTotals(measured: Measured, other: 'tokenizer' | 'stream'): { server: number; other: number } | null {
  const server = ledgerTotal(measured, ledgers.output.server)
  const second = ledgerTotal(measured, ledgers.output[other])
  return server.value === null || second.value === null ? null : { server: server.value, other: second.value }
}
