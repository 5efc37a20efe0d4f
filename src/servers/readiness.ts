import { get as getOverTls } from 'node:https'
import { setTimeout as sleep } from 'node:timers/promises'
import { get as getPlain } from '../plain-http.ts'

/** What a readiness probe met: `refused`: no connection; `silent`: a connection, but no HTTP answer in time. */
export type ReadinessAnswer =
  | { readonly kind: 'refused' }
  | { readonly kind: 'silent' }
  | { readonly kind: 'status'; readonly status: number }

const probeSeconds = 5
const firstPauseMilliseconds = 25
const longestPauseMilliseconds = 250

/** Probes until 200. Never gives up by itself: rejects with the signal's reason. */
export async function untilReady(
  url: string,
  signal: AbortSignal,
  onAnswer: (answer: ReadinessAnswer) => void,
): Promise<void> {
  for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 1.3, longestPauseMilliseconds)) {
    const answer = await probe(url, signal)
    signal.throwIfAborted()
    onAnswer(answer)
    if (answer.kind === 'status' && answer.status === 200) return
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** One probe. */
export async function askReadiness(url: string): Promise<ReadinessAnswer> {
  return await probe(url, new AbortController().signal)
}

function probe(url: string, signal: AbortSignal): Promise<ReadinessAnswer> {
  return new Promise((resolve) => {
    let connected = false
    const ask = url.startsWith('https:') ? getOverTls : getPlain
    const asked = ask(url, {
      agent: false,
      signal: AbortSignal.any([signal, AbortSignal.timeout(probeSeconds * 1000)]),
    })
    asked.on('socket', (socket) => socket.once('connect', () => (connected = true)))
    asked.on('error', () => resolve({ kind: connected ? 'silent' : 'refused' }))
    asked.on('response', (response) => {
      resolve({ kind: 'status', status: response.statusCode ?? 0 })
      asked.destroy()
    })
  })
}

/** For messages: how the readiness url answered last. */
export function describeAnswer(answer: ReadinessAnswer | null): string {
  if (answer === null || answer.kind === 'refused') return 'refused connections'
  return answer.kind === 'silent' ? 'took the connection but did not answer' : `answered ${answer.status}`
}
