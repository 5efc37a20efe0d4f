import { randomUUID } from 'node:crypto'
import { availableParallelism } from 'node:os'
import type { Backend, Target } from '../backends/backend.ts'
import type { LoadPlan, PlannedRequest } from '../load/plan.ts'
import { openLoopSchedule, openLoopWarmup, peakRate, steadyFrom } from '../plan/load-shapes/open-loop.ts'
import type { LoadShape, OpenLoopShape, Point } from '../plan/types.ts'
import type { Workload, WorkloadItem } from '../workload/workload.ts'
import { loadThreads } from './load-threads.ts'
import type { ReadyServer } from './ready-server.ts'

/** What the load process gets: the workload in the backend's words. */
export function makeLoadPlan(
  point: Point,
  backend: Backend,
  { target, ca, probe, canary }: ReadyServer,
  workload: Workload,
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
  const shared = sharesCores(target.endpoints)
  const { scenario, durationSeconds } = scenarioOf(point, !shared)
  return {
    endpoints: target.endpoints,
    balance: point.balance,
    retries: point.retries,
    threads: loadThreads(point.loadThreads, scenario, { cores: availableParallelism(), shared }),
    method: 'POST',
    wire: probe.wire ?? backend.wire(target),
    decoder: { module: backend.decoderModule, options: { route: target.route, stream: target.stream } },
    success: backend.success,
    timingHeader: backend.timingHeader?.(target),
    scenario,
    warmup: workload.warmup.map(plan),
    requests: workload.measure.map(plan),
    limits: point.limits,
    ca,
    seed: point.sampling.seed,
    saveText: true,
    stop: { ...point.stop, durationSeconds },
    canary: canary && canary.plan,
  }
}

type Made = Pick<LoadPlan, 'scenario'> & { readonly durationSeconds: number | null }

type Scenarios = {
  readonly [Kind in LoadShape['kind']]: (load: Extract<LoadShape, { kind: Kind }>, point: Point, spin: boolean) => Made
}

const scenarios: Scenarios = {
  closedLoop: (load, point) => ({
    scenario: {
      kind: 'closedLoop',
      clients: load.clients,
      staggerSeconds: load.staggerSeconds,
      warmup: point.warmup,
    },
    durationSeconds: load.durationSeconds,
  }),
  constantRate: openLoop,
  stages: openLoop,
}

/** An open loop's time is in its schedule. */
function openLoop(load: OpenLoopShape, point: Point, spin: boolean): Made {
  const { seconds, stage } = openLoopSchedule(load, point.requests, point.sampling.seed)
  return {
    scenario: {
      kind: 'openLoop',
      seconds,
      stage,
      peakRate: peakRate(load.stages),
      steadyFrom: steadyFrom(load.stages),
      cap: load.cap,
      spin,
      warmup: point.warmup,
      warmupClients: openLoopWarmup(load),
    },
    durationSeconds: null,
  }
}

function scenarioOf(point: Point, spin: boolean): Made {
  // The kind picks the function that takes the shape of that kind, which the type checker cannot follow.
  const ofKind = scenarios[point.load.kind] as (load: LoadShape, point: Point, spin: boolean) => Made
  return ofKind(point.load, point, spin)
}

/** A server on this host may need the core that the load process would spin on. */
function sharesCores(endpoints: Target['endpoints']): boolean {
  return endpoints.some(({ url }) => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname))
}
