import { formatAbout } from '../src/report/format.ts'
import type { RunProgress } from '../src/run/progress.ts'

/** The text of the live line: which point, requests done, tokens/s now, time left. Empty when nothing runs. */
export function liveLine(progress: RunProgress, nowMs: number, secondsLeft: number | null, position: string): string {
  if (progress.stage === 'idle') return ''
  const age = Math.max(0, Math.round((nowMs - progress.sinceMs) / 1000))
  const head = [position, 'point' in progress ? progress.point : progress.configuration].filter(Boolean).join(' ')
  if (progress.stage !== 'measuring') return `${head}  ${stageWords[progress.stage]}${age >= 1 ? ` ${age} s` : ''}`
  const { load } = progress
  const parts = [
    head,
    load.phase === 'warmup' || load.phase === 'connect' ? 'warming up' : `${load.done}/${load.planned} requests`,
    `${Math.round(load.tokensPerSecond)} tokens/s`,
    ...(load.failed > 0 ? [`${load.failed} failed`] : []),
    ...(secondsLeft === null ? [] : [`${formatAbout(secondsLeft)} left`]),
  ]
  return parts.join('  ')
}

/** The line for a server that lets the probe wait, where no live line tells; null while it does not. */
export function longProbe(progress: RunProgress, nowMs: number): string | null {
  if (progress.stage !== 'probing' || nowMs - progress.sinceMs <= 5000) return null
  return `probing ${progress.configuration}: no answer for 5 s, still waiting`
}

const stageWords = {
  starting: 'starting the server',
  probing: 'asking the server',
  stopping: 'stopping the server',
  preparing: 'making prompts',
  floor: 'checking the client against a stub',
  judging: 'judging and writing',
} as const
