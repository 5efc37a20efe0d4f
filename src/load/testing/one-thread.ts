import type { ScenarioContext } from '../scenarios/scenario.ts'
import { SharedState } from '../threads/shared-state.ts'
import type { PreparedRequest } from '../prepared-request.ts'

/** What threads share, for a scenario that is alone. */
export function oneThread(
  requests: readonly PreparedRequest[],
  now: () => number,
): Pick<ScenarioContext, 'mine' | 'together' | 'begin' | 'take' | 'line' | 'saturationCounts'> {
  const shared = new SharedState({ threads: 1, requests: requests.length, endpoints: 1 })
  return {
    mine: () => true,
    together: async (numbers) => [numbers],
    begin: async () => now(),
    take: () => requests[shared.takeNext()] ?? null,
    line: (cap) => shared.line(cap),
    saturationCounts: shared.saturationCounts(),
  }
}
