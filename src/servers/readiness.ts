import { setTimeout as sleep } from 'node:timers/promises'
import { Agent, errors, request } from 'undici'

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
  const dispatcher = new Agent({ pipelining: 0, connections: 1, connect: { timeout: probeSeconds * 1000 } })
  try {
    for (let pause = firstPauseMilliseconds; ; pause = Math.min(pause * 1.3, longestPauseMilliseconds)) {
      const answer = await probe(url, dispatcher, signal)
      signal.throwIfAborted()
      onAnswer(answer)
      if (answer.kind === 'status' && answer.status === 200) return
      await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
    }
  } finally {
    dispatcher.destroy().catch(() => {})
  }
}

/** One probe. */
export async function askReadiness(url: string): Promise<ReadinessAnswer> {
  const dispatcher = new Agent({ pipelining: 0, connections: 1, connect: { timeout: probeSeconds * 1000 } })
  try {
    return await probe(url, dispatcher, new AbortController().signal)
  } finally {
    dispatcher.destroy().catch(() => {})
  }
}

async function probe(url: string, dispatcher: Agent, signal: AbortSignal): Promise<ReadinessAnswer> {
  try {
    const { statusCode, body } = await request(url, {
      dispatcher,
      signal: AbortSignal.any([signal, AbortSignal.timeout(probeSeconds * 1000)]),
    })
    body.on('error', () => {})
    body.destroy()
    return { kind: 'status', status: statusCode }
  } catch (error) {
    return { kind: hadNoConnection(error) ? 'refused' : 'silent' }
  }
}

function hadNoConnection(error: unknown): boolean {
  if (error instanceof errors.ConnectTimeoutError) return true
  if (error instanceof AggregateError) return error.errors.every(hadNoConnection)
  return error instanceof Error && (error as NodeJS.ErrnoException).syscall === 'connect'
}

/** For messages: how the readiness url answered last. */
export function describeAnswer(answer: ReadinessAnswer | null): string {
  if (answer === null || answer.kind === 'refused') return 'refused connections'
  return answer.kind === 'silent' ? 'took the connection but did not answer' : `answered ${answer.status}`
}
