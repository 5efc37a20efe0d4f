import type { Measured } from './measured.ts'
import { describeObjectives, judgeObjectives } from './objectives.ts'

/** `58 of 64 requests met ttft <= 0.5 s, tpot <= 0.05 s; missed: ttft 4, not ok 2; one token, tpot says nothing: 1` */
export function goodputNote(measured: Measured): string {
  const { good, missed, untouched } = judgeObjectives(measured)
  const counts = (of: Readonly<Record<string, number>>) => Object.entries(of).map(([name, count]) => `${name} ${count}`)
  const misses = [...counts(missed), ...(measured.lost.length > 0 ? [`not ok ${measured.lost.length}`] : [])]
  const silent = counts(untouched)
  return [
    `${good.size} of ${measured.rows.length} requests met ${describeObjectives(measured.facts.objectives)}`,
    ...(misses.length > 0 ? [`missed: ${misses.join(', ')}`] : []),
    ...(silent.length > 0 ? [`answers of one token, of which nothing is said: ${silent.join(', ')}`] : []),
  ].join('; ')
}
