import type { Probe, ProbeHttp, Target } from '../backends/backend.ts'
import type { ResolvedTokenizer } from '../workload/tokenizers/index.ts'
import type { ServerSession } from './server-session.ts'
import type { CanaryServer } from './canary-server.ts'

/** What a configuration has once its server answers. */
export interface ReadyServer {
  readonly session: ServerSession
  readonly target: Target
  /** For questions between points. */
  readonly http: ProbeHttp
  readonly probe: Probe
  /** Seconds from spawn to the first answer of the probe; null for an endpoint. */
  readonly firstTokenSeconds: number | null
  readonly tokenizer: ResolvedTokenizer
  /** Null when it could not be started: the accuracy of results is then not stated. */
  readonly canary: CanaryServer | null
}
