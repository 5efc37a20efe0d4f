import type { VerdictFamily } from '../result/schema.ts'
import { accuracyRules } from './accuracy-rules.ts'
import { meanConcurrency } from './concurrency.ts'
import { gapsOf } from './gaps.ts'
import { ledgerDifference } from './ledgers.ts'
import { sum } from './statistics.ts'
import { tokenChunkRows } from '../recording/request-times.ts'
import { over, percent, share, type Finding, type Limits, type Rule } from './verdict-rule.ts'

const limits = {
  coalesced: { suspect: 0.01, invalid: 0.05 },
  singleChunk: { suspect: 0.01, invalid: 0.05 },
  outputLength: { suspect: 0.02, invalid: 0.1 },
  clamped: { suspect: 0.02, invalid: 0.1 },
  promptLength: { suspect: 0.1, invalid: 0.5 },
  missingLoad: { suspect: 0.02, invalid: 0.1 },
  cached: { suspect: 0.05, invalid: 0.2 },
} as const satisfies Record<string, Limits>

/** Counters of tokens that differ by more than this share. */
const ledgersApart = 0.02

export const verdictRules: readonly Rule[] = [
  ...accuracyRules,
  ...(['ttft', 'itl', 'e2e', 'throughput', 'workload'] as const).map(nothingOk),
  {
    id: 'coalesced_reads',
    family: 'itl',
    describe: 'chunks of one answer that came in one read of the socket: over 1 % of gaps suspect, over 5 % invalid',
    judge({ measured }) {
      const gaps = gapsOf(measured)
      const shared = gaps.filter((gap) => gap.coalesced).length
      return over(
        limits.coalesced,
        share(shared, gaps.length),
        (part) =>
          `${part} of the gaps between chunks lie inside one read: the order of those chunks is known, their times are not`,
      )
    },
  },
  ...(['ttft', 'itl'] as const).map(singleChunk),
  {
    id: 'output_length',
    family: 'workload',
    describe: 'output tokens counted against those asked for: 2 % off suspect, 10 % off invalid',
    judge: ({ measured: { recording, ok, tokens } }) =>
      lengthOff(limits.outputLength, ok, tokens.output.counts, recording.requests.askedOutputTokens, 'output'),
  },
  {
    id: 'output_clamped',
    family: 'workload',
    describe: 'answers that ended by length before the length asked for: over 2 % suspect, over 10 % invalid',
    judge({ measured: { recording, ok, tokens } }) {
      const { finishReason, askedOutputTokens } = recording.requests
      const clamped = ok.filter((row) => {
        const [asked, counted] = [askedOutputTokens[row], tokens.output.counts[row]]
        return finishReason[row] === 'length' && asked != null && counted != null && counted < asked
      })
      return over(
        limits.clamped,
        share(clamped.length, ok.length),
        (part) =>
          `${part} of the answers say they ended by length, with fewer tokens than asked for: the server clamps lengths`,
      )
    },
  },
  {
    id: 'prompt_length',
    family: 'workload',
    describe: 'prompt tokens counted against those asked for: 10 % off suspect, 50 % off invalid',
    judge: ({ measured: { recording, ok, tokens } }) =>
      lengthOff(limits.promptLength, ok, tokens.prompt.counts, recording.requests.askedPromptTokens, 'prompt'),
  },
  {
    id: 'load_not_reached',
    family: 'workload',
    describe:
      'requests on the wire while all clients were at work, by time: under 98 % of the clients suspect, under 90 % invalid',
    judge({ measured: { recording, facts } }) {
      if (facts.clients === null) return null
      const { allStarted: start, firstIdle: end } = recording.moments
      if (start === null || end === null || end <= start) {
        return {
          status: 'suspect',
          text: `the ${facts.clients} clients were never all at work at once: too few requests for this load`,
        }
      }
      const reached = meanConcurrency(recording, { start, end })
      return over(
        limits.missingLoad,
        1 - reached / facts.clients,
        () =>
          `only ${reached.toPrecision(3)} of ${facts.clients} requests were on the wire on average while all clients were at work`,
      )
    },
  },
  {
    id: 'cached_prompts',
    family: 'workload',
    describe:
      'prompt tokens that the server took from its cache though prompts are salted: over 5 % suspect, over 20 % invalid',
    judge({ measured: { recording, ok, tokens }, saltedPrompts }) {
      if (!saltedPrompts) return null
      const cached = sum(ok.map((row) => recording.requests.cachedTokens[row] ?? 0))
      const prompt = sum(ok.map((row) => tokens.prompt.counts[row] ?? 0))
      return over(
        limits.cached,
        share(cached, prompt),
        (part) => `the server took ${part} of the prompt tokens from its cache, though every prompt was new`,
      )
    },
  },
  {
    id: 'failures',
    family: 'workload',
    describe: 'measured requests that were not ok: over the largest error rate allowed invalid',
    judge({ measured: { rows, lost }, maxErrorRate }) {
      const rate = share(lost.length, rows.length)
      if (rate === null || rate <= maxErrorRate) return null
      return {
        status: 'invalid',
        text: `${lost.length} of ${rows.length} requests failed, more than the ${percent(maxErrorRate)} allowed: the others had less load`,
      }
    },
  },
  {
    id: 'token_counts',
    family: 'throughput',
    describe: "tokens not counted by the server's usage: suspect",
    judge: ({ measured: { ok, tokens } }) =>
      ok.length === 0 || tokens.output.ledger === 'server'
        ? null
        : { status: 'suspect', text: `output tokens: ${tokens.output.note}` },
  },
  {
    id: 'ledgers_part',
    family: 'throughput',
    describe:
      "output tokens by the server's usage against other counters, one a request allowed for the end token: 2 % apart suspect",
    judge({ measured }) {
      const found = ledgerDifference(measured)
      if (found === null || found.share <= ledgersApart) return null
      return { status: 'suspect', text: `token counts part by ${percent(found.share)}: ${found.text}` }
    },
  },
  {
    id: 'not_alone',
    family: 'workload',
    describe: 'other runs on this host were not kept out (--no-lock): suspect',
    judge: ({ alone }) =>
      alone ? null : { status: 'suspect', text: 'other runs on this host were not kept out (--no-lock)' },
  },
  {
    id: 'unknown_input',
    family: 'workload',
    describe: 'something that the verdict needs could not be read: suspect',
    judge: ({ unknown }) => (unknown.length === 0 ? null : { status: 'suspect', text: unknown.join('; ') }),
  },
]

function nothingOk(family: VerdictFamily): Rule {
  return {
    id: 'nothing_ok',
    family,
    describe: 'no measured request was ok: invalid',
    judge: ({ measured: { ok, rows } }) =>
      ok.length > 0
        ? null
        : { status: 'invalid', text: `none of ${rows.length} requests was ok: there is nothing to measure` },
  }
}

function singleChunk(family: 'ttft' | 'itl'): Rule {
  return {
    id: 'not_streamed',
    family,
    describe:
      'answers of several tokens that came in one chunk though a stream was asked for: over 1 % suspect, over 5 % invalid',
    judge({ measured: { recording, ok, tokens } }) {
      const single = ok.filter(
        (row) => (tokens.output.counts[row] ?? 0) > 1 && tokenChunkRows(recording, row).length === 1,
      )
      return over(
        limits.singleChunk,
        share(single.length, ok.length),
        (part) =>
          `${part} of the answers came in one piece though a stream was asked for: their first token is their last`,
      )
    },
  }
}

function lengthOff(
  limit: Limits,
  ok: readonly number[],
  counts: readonly (number | null)[],
  asked: readonly (number | null)[],
  what: string,
): Finding | null {
  const both = ok.filter((row) => counts[row] != null && asked[row] != null)
  const counted = sum(both.map((row) => counts[row] ?? 0))
  const wanted = sum(both.map((row) => asked[row] ?? 0))
  if (wanted === 0) return null
  return over(
    limit,
    Math.abs(counted - wanted) / wanted,
    () =>
      `${(counted / both.length).toPrecision(4)} ${what} tokens a request were counted, ${(wanted / both.length).toPrecision(4)} were asked for: the work differs from the plan`,
  )
}
