import type { CanaryPlan } from '../../load/plan.ts'
import type { ClientRun } from '../client-run.ts'
import type { CPrograms } from '../compile-c.ts'
import type { Job } from '../job.ts'

export interface ClientSurroundings {
  /** Where recordings pass through. */
  readonly directory: string
  readonly programs: CPrograms | null
  /** The canary that a measured point reads too. */
  readonly canary: CanaryPlan
}

/** Something that drives load and stamps what comes, in a process of its own. */
export interface Client {
  readonly id: string
  readonly label: string
  /** `own`: what is judged; `c`: the floor; `library`: what users have otherwise. */
  readonly kind: 'own' | 'c' | 'library'
  /** `onProcess` is called once the process that drives the load is there. Rejects when a request fails. */
  run(job: Job, surroundings: ClientSurroundings, onProcess: (pid: number) => void): Promise<ClientRun>
}
