import type { VerdictFamily } from '../result/schema.ts'
import { accuracyRules } from './accuracy-rules.ts'
import { cachedByCounters } from './cached-share.ts'
import { meanConcurrency } from './concurrency.ts'
import { counterRules } from './counter-rules.ts'
import { lengthRules } from './length-rules.ts'
import { littlesLaw } from './littles-law.ts'
import { loadRules } from './load-rules.ts'
import { machineRules } from './machine-rules.ts'
import { readRules } from './read-rules.ts'
import { sentAgain } from './sent-again.ts'
import { sum } from './statistics.ts'
import type { Recording } from '../recording/recording.ts'
import { tokenChunkRows } from '../recording/request-times.ts'
import { tokenCountRules } from './token-count-rules.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { over, percent, share, type Rule } from './verdict-rule.ts'

export const verdictRules: readonly Rule[] = [
  ...accuracyRules,
  ...(['ttft', 'itl', 'e2e', 'throughput', 'workload'] as const).map(nothingOk),
  ...readRules,
  ...(['ttft', 'itl'] as const).map(singleChunk),
  ...lengthRules,
  ...loadRules,
  ...machineRules,
  ...(['throughput', 'workload'] as const).map(littlesLaw),
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
      'prompt tokens that the server took from its cache, by usage, else by its counters: over 5 % suspect, over 20 % invalid where prompts are salted',
    judge({ measured, saltedPrompts }) {
      const { recording, ok, tokens } = measured
      // Some servers leave out a count of none.
      const cached = ok.flatMap((row) => recording.requests.cachedTokens[row] ?? [])
      const prompt = sum(ok.map((row) => tokens.prompt.counts[row] ?? 0))
      const found = over(
        limits.cached,
        cached.length > 0 ? share(sum(cached), prompt) : (cachedByCounters(measured)?.value ?? null),
        (part) =>
          `the server took ${part} of the prompt tokens from its cache${saltedPrompts ? ', though every prompt was new' : ': this is not the speed for new prompts'}`,
      )
      return found === null || saltedPrompts ? found : { ...found, status: 'suspect' }
    },
  },
  {
    id: 'prompt_cache_kept',
    family: 'workload',
    describe:
      'prompts that may have been asked before, of a server whose cache of prompts was not emptied and which does not tell what it took from it: suspect',
    judge({ measured, saltedPrompts, promptCache: { state, text } }) {
      const { recording, ok } = measured
      if (saltedPrompts || state === 'off' || state === 'emptied') return null
      if (ok.every((row) => recording.requests.cachedTokens[row] !== null)) return null
      if (cachedByCounters(measured) !== null) return null
      return { status: 'suspect', text: `${text ?? 'the prompt cache was kept'}; these prompts may have been in it` }
    },
  },
  {
    id: 'sent_again',
    family: 'workload',
    describe: 'requests that were sent more than once (--retries): suspect',
    judge({ measured, retries }) {
      const { requests, sendings } = sentAgain(measured)
      if (retries === 0 || requests === 0) return null
      return {
        status: 'suspect',
        text: `${requests} of ${measured.rows.length} requests were sent again, ${sendings} times in all (--retries ${retries}): their times hold the failures and the waits before the answer`,
      }
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
  ...tokenCountRules,
  ...counterRules,
  {
    id: 'other_model',
    family: 'workload',
    describe: 'answers that name several models: invalid; a model other than the one asked for: suspect',
    judge({ measured: { recording, ok, facts } }) {
      const models = [...new Set(ok.flatMap((row) => recording.requests.model[row] ?? []))]
      const [model] = models
      if (models.length > 1) {
        return {
          status: 'invalid',
          text: `answers came from ${models.length} models: ${models.slice(0, 3).join(', ')}`,
        }
      }
      // Hugging Face's names may end with a revision.
      if (model === undefined || model === facts.model || model.startsWith(`${facts.model}@`)) return null
      const text = `the answers name the model ${model}, ${facts.model} was asked for: these are its numbers only if both names mean one model`
      return { status: 'suspect', text }
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
      'answers of several tokens that came in one chunk, or of more than 4 with over half in one, though a stream was asked for: over 1 % suspect, over 5 % invalid',
    judge({ measured: { recording, ok, tokens } }) {
      const single = ok.filter((row) => isMostlyOneChunk(recording, row, tokens.output.counts[row] ?? 0))
      return over(
        limits.singleChunk,
        share(single.length, ok.length),
        (part) =>
          `${part} of the answers came in one piece, or over half in one chunk, though a stream was asked for: most of their tokens have no time of their own`,
      )
    },
  }
}

/** A chunk's tokens where all chunks tell, else its share of the text, as far as one token a chunk leaves room for that. */
function isMostlyOneChunk(recording: Recording, row: number, count: number): boolean {
  const rows = tokenChunkRows(recording, row)
  if (rows.length === 1) return count > 1
  const room = count - (rows.length - 1)
  if (count <= 4 || room <= count / 2) return false
  const { tokens, textEnd } = recording.chunks
  const first = recording.requests.chunkStart[row] ?? 0
  const textStart = recording.requests.textStart[row] ?? 0
  const bytes = (chunk: number) => (textEnd[chunk] ?? 0) - (chunk === first ? textStart : (textEnd[chunk - 1] ?? 0))
  const told = rows.every((chunk) => (tokens[chunk] ?? -1) >= 0)
  const sizes = rows.map((chunk) => (told ? (tokens[chunk] ?? 0) : bytes(chunk)))
  return Math.max(...sizes) > sum(sizes) / 2
}
