import type { ProbeHttp, ProbeResponse, Target } from '../backend.ts'

/** Questions to one server, each ended by the probe's signal. */
export interface Asker {
  readonly baseUrl: string
  /** The whole path of a route, for messages. */
  readonly pathOf: (route: string) => string
  readonly get: (url: string) => Promise<ProbeResponse>
  readonly post: (url: string, body: unknown, headers?: Readonly<Record<string, string>>) => Promise<ProbeResponse>
}

/** Of several endpoints only the first is asked. */
export function createAsker(http: ProbeHttp, target: Target, signal: AbortSignal): Asker {
  const baseUrl = target.endpoints[0]?.url
  if (baseUrl === undefined) throw new Error('a target without endpoints')
  const ask = async (question: () => Promise<ProbeResponse>) => {
    signal.throwIfAborted()
    return await abortable(question(), signal)
  }
  return {
    baseUrl,
    pathOf: (route) => new URL(baseUrl + route).pathname,
    get: async (url) => await ask(() => http.get(url)),
    post: async (url, body, headers) => await ask(() => http.post(url, body, headers)),
  }
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason as Error)
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
