import { setTimeout as pause } from 'node:timers/promises'
import { complaint } from '../suite/suite.ts'
import { CannotJudge, must, type Check, type CheckContext } from './check.ts'
import { clientLateness } from './client-lateness.ts'

const requests = 4
const shape = ['--clients', String(requests), '--requests', String(requests), '--allow-invalid']
const words = [...shape, '--warmup', '0', '--warmup-max', '0']
const cutSeconds = 0.5
/** Long answers, given up half a second after the first was asked for. */
const cut = [
  '--output-tokens',
  '800',
  '--output-tokens-var',
  '0',
  '--duration',
  String(cutSeconds),
  '--drain-timeout',
  '0',
]
const patienceSeconds = 10

/** Clients that leave in the middle of answers, then clients that do not: the server must serve those as before. */
export const disconnect: Check = {
  name: 'clients leave in the middle',
  async run(context) {
    const { installed, suite, server } = context
    const how = installed.sweeps.includes('streamed') ? [] : ['--no-stream']
    const left = await suite.bench([...server.words, '--label', 'left', ...words, ...cut, ...how]).done
    const [point] = await suite.results('left')
    must(point !== undefined, () => complaint(left))
    const { cancelled, ok } = point.outcomes
    const late = clientLateness(point) ?? 0
    if (ok > 0 && late > cutSeconds) {
      throw new CannotJudge(`the client was ${late.toFixed(1)} s late, and ${ok} of ${requests} answers were over`)
    }
    must(
      cancelled === requests,
      () => `${cancelled} of ${requests} requests were given up in the middle, ${ok} ended well`,
    )
    const free = await untilFree(context)
    const again = await suite.bench([...server.words, '--label', 'after', ...words, ...how]).done
    const [after] = await suite.results('after')
    must(again.code === 0 && after?.outcomes.ok === requests, () => `afterwards: ${complaint(again)}`)
    return `${cancelled} answers given up after ${cutSeconds} s${free}; then ${requests} of ${requests} ok`
  },
}

/** Waits until the server says that nothing runs any more. */
async function untilFree({ installed, server }: CheckContext): Promise<string> {
  if (installed.running === undefined) return ''
  const begun = performance.now()
  for (;;) {
    const busy = await installed.running(server.root)
    const seconds = (performance.now() - begun) / 1000
    if (busy === 0) return `, none running ${seconds.toFixed(1)} s later`
    must(seconds < patienceSeconds, () => `${busy} requests still run ${seconds.toFixed(0)} s after their clients left`)
    await pause(50)
  }
}
