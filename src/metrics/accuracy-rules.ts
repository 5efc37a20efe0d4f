import type { VerdictFacts } from './verdict-facts.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { milliseconds, type Rule } from './verdict-rule.ts'

type TimedFamily = 'ttft' | 'itl' | 'e2e'

const shown: Readonly<Record<TimedFamily, readonly string[]>> = {
  ttft: ['ttft'],
  itl: ['itl', 'tpot'],
  e2e: ['e2e_latency'],
}

/** Whether the client could see what it says it saw. */
export const accuracyRules: readonly Rule[] = (['ttft', 'itl', 'e2e'] as const).flatMap((family) => [
  notStated(family),
  lateStamps(family),
])

function notStated(family: TimedFamily): Rule {
  return {
    id: 'accuracy_not_stated',
    family,
    describe: "the client's error while it measured is not known: suspect",
    judge: ({ accuracy }) =>
      accuracy.in_situ === null
        ? { status: 'suspect', text: "the client's own error was not measured while it measured" }
        : null,
  }
}

function lateStamps(family: TimedFamily): Rule {
  return {
    id: 'late_stamps',
    family,
    describe:
      'p99 of what stamps may be off by, the larger of the canary and the time before polls that the load generator was busy or waited for a core: over max(2 % of the smallest quantile shown, 200 µs) suspect, over max(10 %, 1 ms) invalid',
    judge({ accuracy, metrics }) {
      const error = largestError(accuracy)
      if (error === null) {
        return { status: 'suspect', text: 'how long the load generator was busy before its polls is not known' }
      }
      const quantiles = shown[family].flatMap((id) => {
        const block = metrics[id]
        return block && 'p50' in block && block.p50 !== null ? [block.p50] : []
      })
      const smallest = quantiles.length > 0 ? Math.min(...quantiles) : 0
      const beyond = ({ share, seconds }: { share: number; seconds: number }) =>
        error.seconds > Math.max(share * smallest, seconds)
      const status = beyond(limits.lateStamps.invalid)
        ? 'invalid'
        : beyond(limits.lateStamps.suspect)
          ? 'suspect'
          : null
      if (status === null) return null
      const text = `stamps may be late by ${milliseconds(error.seconds)} (p99 of ${error.source}), beside a smallest shown value of ${milliseconds(smallest)}: ${error.cause}`
      return { status, text }
    },
  }
}

function largestError({
  bound,
  in_situ: canary,
}: VerdictFacts['accuracy']): { seconds: number; source: string; cause: string } | null {
  if (bound === null) return null
  if (canary === null || canary.p99_s <= bound.p99_s) {
    return (bound.run_delay_p99_s ?? 0) > bound.p99_s / 2
      ? { seconds: bound.p99_s, source: "the load generator's wait for a core before it looked", cause: noCore }
      : { seconds: bound.p99_s, source: "the load generator's own work before it looked", cause: tooMuch }
  }
  return {
    seconds: canary.p99_s,
    source: 'the stamps of a stream whose send times are known',
    cause: canary.p99_s > 2 * bound.p99_s ? noCore : tooMuch,
  }
}

const noCore =
  'the load generator had little to do and was let run late: other work had its cores; give it a machine with less beside it'
const tooMuch = 'the client was the limit; use more --load-threads or a bigger machine'
