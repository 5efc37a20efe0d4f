import type { Recording } from '../recording/recording.ts'
import { overAt } from '../recording/request-times.ts'
import type { Window } from './measured.ts'

/** Requests on the wire in the window, averaged over its time: from write start until the answer was over. */
export function meanConcurrency({ requests }: Recording, window: Window): number {
  let busy = 0
  for (let row = 0; row < requests.length; row++) {
    const [sent, over] = [requests.writeStart[row], overAt(requests, row)]
    if (sent == null || over === null) continue
    busy += Math.max(0, Math.min(over, window.end) - Math.max(sent, window.start))
  }
  return busy / (window.end - window.start)
}
