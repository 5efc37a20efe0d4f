import type { LoadPlan, PlannedRequest } from '../plan.ts'
import type { IncomingPlan, RequestList } from '../prepared-request.ts'
import type { ListName, PlanHead } from './messages.ts'

/** Text of a batch. V8 puts the strings of a longer message among the old objects, where they stay. */
const batchLength = 48 * 1024
/** For what a request has besides its body. */
const requestLength = 512

export function headOf({ warmup, requests, ...plan }: LoadPlan): PlanHead {
  return { ...plan, lengths: { warmup: warmup.length, requests: requests.length } }
}

/** At least one, where there is one. */
export function batchOf(requests: readonly PlannedRequest[], from: number): readonly PlannedRequest[] {
  let end = from
  for (let length = 0; end < requests.length && length < batchLength; end++) {
    length += requests[end]!.body.length + requestLength
  }
  return requests.slice(from, end)
}

/** The plan on the side of the load process. `ask`: for the requests of a list from a place on. */
export function incoming(
  { lengths, ...plan }: PlanHead,
  ask: (list: ListName, from: number) => Promise<readonly PlannedRequest[]>,
): IncomingPlan {
  const listOf = (name: ListName): RequestList => ({
    length: lengths[name],
    async *[Symbol.asyncIterator]() {
      for (let from = 0; from < lengths[name];) {
        const batch = await ask(name, from)
        yield* batch
        from += batch.length
      }
    },
  })
  return { ...plan, warmup: listOf('warmup'), requests: listOf('requests') }
}
