import type { CanaryPlan } from '../load/plan.ts'
import { identityOf } from '../servers/process-tree.ts'
import { guardFamily } from '../servers/sentinel.ts'
import { certificate } from '../stub/certificate.ts'
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
  /** With TLS a second process, started when first asked for. `ca`: what its certificate is signed by. */
  at(tls: boolean): Promise<Stub & { readonly ca: readonly string[] }>
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
  let secure: Promise<Stub> | null = null
  const startSecure = async () => {
    const started = await startStubProcess({ models: [], tls: true })
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
    async at(tls) {
      if (!tls) return { ...stub, ca: [] }
      secure ??= startSecure()
      return { ...(await secure), ca: [certificate().cert] }
    },
    async stop() {
      await stub.close()
      await (await secure?.catch(() => null))?.close()
      guard.release()
    },
  }
}
