import type { Probe, ProbeHttp, Target } from '../backends/backend.ts'
import type { ResolvedTokenizer } from '../workload/tokenizers/index.ts'
import type { ServerSession } from './server-session.ts'
import type { CanaryServer } from './canary-server.ts'

/** What a configuration has once its server answers. */
export interface ReadyServer {
  readonly session: ServerSession
  readonly target: Target
  /** What its certificates are held to, as PEM texts. */
  readonly ca: readonly string[]
  /** For questions between points. */
  readonly http: ProbeHttp
  /** Of the first endpoint: what requests are shaped by. */
  readonly probe: Probe
  /** One for each endpoint; in what requests depend on they are equal. */
  readonly probes: readonly Probe[]
  /** Seconds from the start to each endpoint's first answer; null where nothing was started. */
  readonly firstTokenSeconds: readonly number[] | null
  readonly tokenizer: ResolvedTokenizer
  /** Null when it could not be started: the accuracy of results is then not stated. */
  readonly canary: CanaryServer | null
}
