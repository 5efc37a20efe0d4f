import type { Recording } from '../recording/recording.ts'
import { tokenChunkRows } from '../recording/request-times.ts'
import { gapsOf } from './gaps.ts'
import type { Measured } from './measured.ts'
import { over, percent, share, type Finding, type Rule } from './verdict-rule.ts'
import { verdictLimits as limits } from './verdict-limits.ts'

/** Whether chunks were read one by one as they came. */
export const readRules: readonly Rule[] = [
  {
    id: 'coalesced_reads',
    family: 'itl',
    describe:
      'chunks of one answer in one read that the load generator did not wait for, so that they may have lain there: over 1 % of gaps suspect, over 5 % invalid',
    judge: ({ measured }) =>
      over(
        limits.coalesced,
        sharedReads(measured, false),
        (part) =>
          `${part} of the gaps between chunks lie inside one read that the load generator came late to: the order of those chunks is known, their times are not; use more load threads (--load-threads) or a bigger machine`,
      ),
  },
  {
    id: 'buffered_reads',
    family: 'itl',
    describe:
      'chunks of one answer that came in one read while the load generator waited for it, so that the server or a proxy sent them together: over 1 % of gaps suspect, over 20 % invalid',
    judge: ({ measured }) =>
      over(
        limits.buffered,
        sharedReads(measured, true),
        (part) =>
          `the server, or a proxy before it, sends several chunks at once: ${exampleOf(measured)}, and ${part} of the gaps between chunks have no time of their own; of nginx: proxy_buffering off and proxy_http_version 1.1`,
      ),
  },
  ...(['ttft', 'itl'] as const).map((family): Rule => ({
    id: 'crowded_loop',
    family,
    describe: 'over 60,000 reads a second in one load thread, or 1,000 sockets ready at once: suspect',
    judge: ({ measured }) => crowded(measured),
  })),
]

/** Of the gaps between chunks that carry tokens. */
function sharedReads(measured: Measured, awaited: boolean): number | null {
  const gaps = gapsOf(measured)
  return share(gaps.filter((gap) => gap.coalesced && gap.awaited === awaited).length, gaps.length)
}

/** The answer with the fewest reads for its chunks. */
function exampleOf({ recording, ok }: Measured): string {
  const { read } = recording.chunks
  const answers = ok.map((row) => {
    const rows = tokenChunkRows(recording, row)
    return { chunks: rows.length, reads: new Set(rows.map((chunk) => read[chunk])).size }
  })
  const worst = answers.reduce((a, b) => (b.chunks * a.reads > a.chunks * b.reads ? b : a), { chunks: 1, reads: 1 })
  return `${worst.chunks} chunks of an answer came in ${worst.reads} ${worst.reads === 1 ? 'read' : 'reads'}`
}

function crowded({ recording }: Measured): Finding | null {
  const { measureStart: start, measureEnd: end } = recording.moments
  if (start === null || end === null || end <= start) return null
  const { reads, ready } = busiestThread(recording, start, end)
  const perSecond = (reads / (end - start)) * 1e9
  const what =
    ready >= limits.crowded.ready
      ? `${ready} sockets of one load thread were ready at once, and while there are so many its timers stand still`
      : perSecond > limits.crowded.readsPerSecond
        ? `one load thread read ${Math.round(perSecond)} times a second (${percent(perSecond / limits.crowded.readsPerSecond)} of what it reads in time)`
        : null
  return what === null ? null : { status: 'suspect', text: `${what}: use more load threads (--load-threads)` }
}

/** Most reads of a thread within the window, and most of one poll. */
function busiestThread({ batches }: Recording, start: number, end: number): { reads: number; ready: number } {
  const threads = new Map<number, number>()
  let ready = 0
  for (let row = 0; row < batches.length; row++) {
    const [time, reads, thread] = [batches.time[row] ?? NaN, batches.reads[row] ?? 0, batches.thread[row] ?? 0]
    if (!(time >= start && time <= end)) continue
    threads.set(thread, (threads.get(thread) ?? 0) + reads)
    ready = Math.max(ready, reads)
  }
  return { reads: Math.max(0, ...threads.values()), ready }
}
