import type { Server } from 'node:net'
import type { StubLog } from './log.ts'
import type { StubSettings } from './options.ts'
import type { Pacer } from './pacer.ts'

/** A ground-truth server on one kind of wire, not yet listening. */
export interface StubServer {
  readonly scheme: 'http' | 'https' | 'grpc'
  readonly server: Server
  log(): StubLog
  /** Empties the log and starts the order of arrival anew, so that faults and draws repeat. */
  clear(): void
  destroyConnections(): void
}

export type CreateStubServer = (
  settings: StubSettings,
  pacer: Pacer,
  countPromptTokens: (text: string) => number,
) => Promise<StubServer>
