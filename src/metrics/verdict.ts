import type { Verdict, VerdictFamily, VerdictStatus } from '../result/schema.ts'
import type { VerdictFacts } from './verdict-facts.ts'
import { verdictRules } from './verdict-rules.ts'

const worse: Readonly<Record<VerdictStatus, number>> = { valid: 0, suspect: 1, invalid: 2 }
const worst = (statuses: readonly VerdictStatus[]): VerdictStatus =>
  statuses.reduce((one, other) => (worse[other] > worse[one] ? other : one), 'valid')

/**
 * The verdict per family, with a reason for each that is not valid; the point takes the worst. Families that the point
 * does not show (ttft and itl without streaming) are valid and give no reasons.
 */
export function judge(facts: VerdictFacts): Verdict {
  const hidden: readonly VerdictFamily[] = facts.measured.facts.stream ? [] : ['ttft', 'itl']
  const reasons = verdictRules.flatMap((rule) => {
    if (hidden.includes(rule.family)) return []
    const finding = rule.judge(facts)
    return finding === null ? [] : [{ rule: rule.id, family: rule.family, status: finding.status, text: finding.text }]
  })
  const ofFamily = (family: VerdictFamily) =>
    worst(reasons.filter((reason) => reason.family === family).map((reason) => reason.status))
  return {
    status: worst(reasons.map((reason) => reason.status)),
    families: {
      ttft: ofFamily('ttft'),
      itl: ofFamily('itl'),
      e2e: ofFamily('e2e'),
      throughput: ofFamily('throughput'),
      workload: ofFamily('workload'),
    },
    reasons,
  }
}
