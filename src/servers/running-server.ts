import type { Endpoint } from '../backends/backend.ts'
import type { EndStep } from './end-family.ts'
import type { ProcessIdentity } from './process-tree.ts'
import type { ReadinessAnswer } from './readiness.ts'
import type { ServerExit } from './server-exit.ts'
import type { StoppedFamily } from './stop-family.ts'

/** A server that answered its readiness probe. `await using` stops it. */
export interface RunningServer extends AsyncDisposable {
  readonly endpoints: readonly Endpoint[]
  readonly argv: readonly string[]
  readonly pid: number
  /** Its process group; the same number as `pid`. */
  readonly pgid: number
  readonly logFile: string
  readonly startup: StartupTimes
  /** Resolves, never rejects, when the process has ended, whoever ended it. */
  readonly exited: Promise<ServerExit>
  alive(): boolean
  /** The last lines that this server wrote, fit to print. */
  logTail(lines: number): string[]
  /** Ends the server and all that came from it. Every call returns the same report. */
  stop(): Promise<StopReport>
  /** What a later process needs to stop it. */
  family(): LeftProcesses
  /** Lets it run on when this process ends, whichever way. Disposing then stops nothing. */
  leave(): void
}

/** A server's processes, told apart from all others after the process that started them is gone. */
export interface LeftProcesses {
  /** The value of `SERVEMARK_FAMILY` that they were started with. */
  readonly id: string
  readonly leader: ProcessIdentity
  readonly members: readonly ProcessIdentity[]
}

/** Seconds since the launch began. */
export interface StartupTimes {
  readonly spawn_s: number
  /** First connection that was taken. */
  readonly port_open_s: number
  readonly ready_s: number
}

export interface StopReport extends StoppedFamily {
  /** Null when even KILL did not end the server itself. */
  readonly exit: ServerExit | null
}

export type ServerEvent =
  | { readonly kind: 'spawned'; readonly pid: number }
  /** After each probe that was not the last. `lastLine`: what the log shows. */
  | {
      readonly kind: 'loading'
      readonly seconds: number
      readonly answer: ReadinessAnswer
      readonly lastLine: string | null
    }
  | { readonly kind: 'ready'; readonly startup: StartupTimes }
  | { readonly kind: 'exited'; readonly exit: ServerExit }
  | { readonly kind: 'stopping'; readonly step: EndStep }
