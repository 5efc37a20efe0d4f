import { randomUUID } from 'node:crypto'
import type { Backend } from '../backends/backend.ts'
import type { LoadPlan, PlannedRequest, Scenario } from '../load/plan.ts'
import type { LoadShape, Point } from '../plan/types.ts'
import type { Workload, WorkloadItem } from '../workload/workload.ts'
import type { ReadyServer } from './ready-server.ts'

/** What the load process gets: the workload in the backend's words. */
export function makeLoadPlan(
  point: Point,
  backend: Backend,
  { target, probe }: ReadyServer,
  workload: Workload,
  ca: readonly string[],
): LoadPlan {
  const plan = (item: WorkloadItem): PlannedRequest => {
    const requestId = randomUUID()
    const turn = {
      item: item.item,
      prompt: item.prompt,
      messages: item.messages,
      outputTokens: item.outputTokens,
      requestId,
    }
    const { path, headers, body } = backend.request(turn, target, probe)
    return {
      item: item.item,
      path,
      headers,
      body,
      requestId,
      askedPromptTokens: item.askedPromptTokens,
      askedOutputTokens: item.outputTokens,
      session: item.session,
      turn: item.turn,
    }
  }
  const wire = backend.wire(target)
  if (wire.transport !== 'http') throw new Error(`${backend.id}: ${wire.transport} has no load transport`)
  return {
    endpoints: target.endpoints,
    method: 'POST',
    framing: wire.framing,
    decoder: { module: backend.decoderModule, options: { route: target.route, stream: target.stream } },
    success: backend.success,
    scenario: scenarios[point.load.kind](point.load, point),
    warmup: workload.warmup.map(plan),
    requests: workload.measure.map(plan),
    limits: point.limits,
    ca,
    seed: point.sampling.seed,
    saveText: true,
    abortOnErrorRate: null,
  }
}

const scenarios: { readonly [Kind in LoadShape['kind']]: (load: LoadShape, point: Point) => Scenario } = {
  closedLoop: (load, point) => ({
    kind: 'closedLoop',
    clients: load.clients,
    staggerSeconds: load.staggerSeconds,
    warmup: point.warmup,
  }),
}
