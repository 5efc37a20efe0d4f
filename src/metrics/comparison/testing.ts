import type { RequestSpec } from '../../recording/testing.ts'
import { makeRecording } from '../../recording/testing.ts'
import { syntheticResult } from '../../report/testing.ts'
import type { ResultFile } from '../../result/schema.ts'
import { metrics } from '../index.ts'
import { seededRandom } from '../intervals/random.ts'
import { figures } from './figures.ts'
import { measure } from '../measured.ts'
import type { Metric } from '../metric.ts'
import { somePoint } from '../testing.ts'

/** A server as a simulation: seconds, and how much they vary. */
export interface SimulatedServer {
  readonly ttft: number
  readonly gap: number
  /** How much the whole server's pace swings over seconds, as a share. */
  readonly swing: number
  /** How much a run as a whole differs from the next, as a share. */
  readonly runSpread: number
}
export const usualServer: SimulatedServer = { ttft: 0.1, gap: 0.02, swing: 0.03, runSpread: 0.01 }

/** For tests: the result of a closed loop of clients on a simulated server; the lengths of the answers do not depend on the seed. */
export function simulatedResult(
  server: SimulatedServer,
  seed: number,
  shape: { readonly clients: number; readonly requests: number } = { clients: 4, requests: 48 },
): ResultFile {
  const random = seededRandom(seed)
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
  const ofRun = Math.exp(server.runSpread * normal())
  const swings: number[] = []
  const pace = (time: number) => {
    const step = Math.floor(time / 0.25)
    while (swings.length <= step) {
      swings.push(0.8 * (swings.at(-1) ?? normal()) + 0.6 * normal())
    }
    return ofRun * Math.exp(server.swing * (swings[step] ?? 0))
  }
  const free = Array.from({ length: shape.clients }, () => 0)
  const specs: RequestSpec[] = Array.from({ length: shape.requests }, (_, item) => {
    const client = free.indexOf(Math.min(...free))
    const sent = free[client] ?? 0
    let now = sent + server.ttft * pace(sent) * Math.exp(0.2 * normal())
    const chunks = [now - sent]
    for (let token = 1; token < 20 + ((item * 7) % 20); token++) {
      now += server.gap * pace(now) * Math.exp(0.1 * normal())
      chunks.push(now - sent)
    }
    free[client] = now
    return { sent, chunks, columns: { client } }
  })
  const measured = measure(makeRecording(specs), { ...somePoint, clients: shape.clients })
  const compared = new Set([...figures.map((figure) => figure.metric), 'output_length', 'prompt_length'])
  const wanted: readonly Metric[] = metrics.filter(({ id }) => compared.has(id) && id !== 'goodput')
  const blocks = wanted.map((metric) => [metric.id, metric.of(measured)] as const)
  return syntheticResult({ clients: shape.clients, metrics: Object.fromEntries(blocks) })
}
