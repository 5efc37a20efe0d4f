import type { CanaryPlan } from '../load/plan.ts'
import { identityOf } from '../servers/process-tree.ts'
import { guardFamily } from '../servers/sentinel.ts'
import { startStubProcess } from '../stub/stub-process.ts'

/** The server of the canary stream: a stub in a process of its own. */
export interface CanaryServer {
  readonly plan: CanaryPlan
  /** Idempotent. */
  stop(): Promise<void>
}

/** 50 events a second cost next to nothing and give a p99 within seconds. */
const gapMs = 20
const eventsPerStream = 3000

/** Rejects when it cannot be started. It dies with this process, however that ends. */
export async function startCanaryServer(): Promise<CanaryServer> {
  const stub = await startStubProcess({
    schedule: { kind: 'fixed', ttftMs: gapMs, itlMs: gapMs },
    models: [],
    logRequests: 1,
  })
  const guard = guardFamily({ graceSeconds: 0 })
  guard.add([identityOf(stub.pid)])
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
    async stop() {
      await stub.close()
      guard.release()
    },
  }
}
