import type { BenchStub, StubOptions } from './bench-stub.ts'
import { startCStub } from './c-stub.ts'
import { startNodeStub } from './node-stub.ts'

/** A server that keeps the schedule, in a process of its own. */
export function startBenchStub({ schedule, directory, programs }: StubOptions): Promise<BenchStub> {
  return programs === null ? startNodeStub(schedule) : startCStub(programs.stub, schedule, directory)
}
