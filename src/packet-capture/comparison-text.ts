import { formatCount, formatSeconds } from '../report/format.ts'
import type { CaptureComparison, Spread, TwoViews } from './compare-capture.ts'

const columns = ['p50', 'p99', 'min', 'max'] as const

/** The comparison as lines of text. */
export function comparisonText(comparison: CaptureComparison): string {
  const { requests, paired, chunks } = comparison
  const line = (words: string, { count, ...spread }: Spread) =>
    `  ${words.padEnd(44)}${columns.map((name) => formatSeconds(spread[name]).padStart(10)).join('')}${formatCount(count).padStart(9)}`
  const views = (name: string, { kernel, ours }: TwoViews) => [
    line(`${name} by the kernel's stamps`, kernel),
    line(`${name} by servemark's`, ours),
    line('  difference', { count: ours.count, ...differences(ours, kernel) }),
  ]
  return [
    `${formatCount(paired)} of ${formatCount(requests)} ok requests and their ${formatCount(chunks)} chunks are in the capture`,
    `  ${''.padEnd(44)}${columns.map((name) => name.padStart(10)).join('')}${'count'.padStart(9)}`,
    line('our send stamp is ahead of the first frame by', comparison.sendLead),
    line('our chunk stamp is behind its last frame by', comparison.chunkLag),
    ...views('ttft', comparison.ttft),
    ...views('itl', comparison.itl),
    ...views('e2e', comparison.e2e),
  ].join('\n')
}

function differences(ours: Spread, kernel: Spread): Omit<Spread, 'count'> {
  const of = (name: (typeof columns)[number]) => {
    const [left, right] = [ours[name], kernel[name]]
    return left === null || right === null ? null : left - right
  }
  return { p50: of('p50'), p99: of('p99'), min: of('min'), max: of('max') }
}
