import type { CounterFamily } from './counter-family.ts'
import { llamaServerCounters } from './llama-server.ts'
import { lmdeployCounters } from './lmdeploy.ts'
import { servemarkCounters } from './servemark.ts'
import { sglangCounters } from './sglang.ts'
import { stubCounters } from './stub.ts'
import { tgiCounters } from './tgi.ts'
import { vllmCounters } from './vllm.ts'

/** Every family that is told under /metrics: what an endpoint of unknown kind is tried for. */
export const counterFamilies = [
  vllmCounters,
  sglangCounters,
  tgiCounters,
  llamaServerCounters,
  lmdeployCounters,
  servemarkCounters,
  stubCounters,
] as const satisfies readonly CounterFamily[]
