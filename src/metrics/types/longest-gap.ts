import { gapsOf } from '../gaps.ts'
import type { ScalarMetric } from '../metric.ts'
import { showMilliseconds } from '../metric.ts'

export const longestGap = {
  id: 'longest_gap',
  kind: 'scalar',
  name: 'Longest gap',
  unit: 's',
  better: 'lower',
  family: 'itl',
  formula: 'the longest gap of itl',
  needs: ['stream'],
  show: showMilliseconds,
  of(measured) {
    const { measureStart } = measured.recording.moments
    let longest: { seconds: number; at: number } | null = null
    for (const gap of gapsOf(measured)) if (longest === null || gap.seconds > longest.seconds) longest = gap
    if (longest === null) return { unit: 's', value: null, note: 'no answer has two chunks with tokens' }
    const after = (longest.at - (measureStart ?? 0)) / 1e9 - longest.seconds
    return { unit: 's', value: longest.seconds, note: `began ${after.toFixed(3)} s after the measured part` }
  },
} as const satisfies ScalarMetric
