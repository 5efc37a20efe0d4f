import type { CanaryPlan } from '../load/plan.ts'
import { identityOf } from '../servers/process-tree.ts'
import { guardFamily } from '../servers/sentinel.ts'
import { certificate } from '../stub/certificate.ts'
import type { StubOptions } from '../stub/options.ts'
import { startStubProcess } from '../stub/stub-process.ts'
import type { Stub } from '../stub/stub.ts'

/** The server of the canary stream: a stub in a process of its own. */
export interface CanaryServer extends FloorServer {
  readonly plan: CanaryPlan
  /** Idempotent. */
  stop(): Promise<void>
}

/** What replays a point's streams when no canary is read. */
export interface FloorServer {
  /** Other schemes than http have a process of their own, started when first asked for. `ca`: what signed its certificate. */
  at(scheme: FloorScheme): Promise<Stub & { readonly ca: readonly string[] }>
}

/** How a point's server is reached: its floor is measured the same way. */
export type FloorScheme = 'http' | 'https' | 'grpc'

const ownProcess: Readonly<Record<Exclude<FloorScheme, 'http'>, StubOptions>> = {
  https: { models: [], tls: true },
  grpc: { models: [], wire: 'fastgen' },
}

/** 50 events a second cost next to nothing and give a p99 within seconds. */
const gapMs = 20
const eventsPerStream = 3000

/** Rejects when it cannot be started. It dies with this process, however that ends. */
export async function startCanaryServer(): Promise<CanaryServer> {
  const stub = await startStubProcess({
    schedule: { kind: 'fixed', ttftMs: gapMs, itlMs: gapMs },
    models: [],
  })
  const guard = guardFamily({ graceSeconds: 0 })
  guard.add([identityOf(stub.pid)])
  const others = new Map<FloorScheme, Promise<Stub>>()
  const startOther = async (options: StubOptions) => {
    const started = await startStubProcess(options)
    guard.add([identityOf(started.pid)])
    return started
  }
  const body = { model: 'canary', prompt: 'canary', max_tokens: eventsPerStream, stream: true }
  return {
    plan: {
      url: stub.url,
      request: {
        item: 0,
        path: '/v1/completions',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
        requestId: 'canary',
        askedPromptTokens: null,
        askedOutputTokens: null,
        session: null,
        turn: null,
      },
    },
    async at(scheme) {
      if (scheme === 'http') return { ...stub, ca: [] }
      const other = others.get(scheme) ?? startOther(ownProcess[scheme])
      others.set(scheme, other)
      return { ...(await other), ca: scheme === 'https' ? [certificate().cert] : [] }
    },
    async stop() {
      await stub.close()
      await Promise.all([...others.values()].map(async (other) => await (await other.catch(() => null))?.close()))
      guard.release()
    },
  }
}
