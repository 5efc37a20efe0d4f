import { runBench } from '../bench-run.ts'
import type { Client } from '../clients/client.ts'
import type { ClientId } from '../clients/index.ts'
import { heldTo } from '../target.ts'
import { rate, time } from '../units.ts'
import type { Figure, Figures } from '../figures.ts'
import { turns, type Measurement } from './measurement.ts'

const connections = 64
const shapeName = `${connections} connections`

/** Enough for about a second; the machine's memory sets the limit, as every request is made before the start. */
const requestsOf: Readonly<Record<Client['kind'], number>> = { own: 60_000, c: 120_000, library: 15_000 }

export const requests: Measurement = {
  id: 'requests',
  title: `Requests of one token a second, ${shapeName}`,
  columns: [
    { name: 'rate', title: 'requests', format: rate, ratio: true },
    { name: 'cpu', title: 'CPU a request', format: time, ratio: true },
  ],
  targets: [
    {
      text: '1-token requests a second: at least 0.45 x C',
      judge: (figures) => [
        heldTo('at least', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'rate'),
          of: figures.get('c', shapeName, 'rate'),
          bound: (c) => 0.45 * c,
          format: rate,
        }),
      ],
    },
    {
      text: "1-token requests a second: at least 1.5 x undici's best",
      judge: (figures) => [
        heldTo('at least', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'rate'),
          of: best(figures, ['dispatch', 'request', 'fetch']),
          bound: (undici) => 1.5 * undici,
          format: rate,
        }),
      ],
    },
  ],
  async measure({ clients, quick, rounds, figures, say, ...surroundings }) {
    for (let round = 0; round < rounds; round++) {
      for (const client of turns(clients, round)) {
        const count = Math.round(requestsOf[client.kind] / (quick ? 3 : 1))
        const run = await runBench(
          client,
          {
            schedule: { ttftMs: 0, gapMs: 0, phase: 'fixed' },
            job: {
              streams: connections,
              warmup: { rounds: 40, tokens: 1 },
              tokens: new Array<number>(count).fill(1),
              promptBytes: 256,
              pace: { kind: 'closed', seconds: null },
            },
            settleSeconds: 0,
            untilSeconds: null,
          },
          surroundings,
        )
        figures.add(client.id, shapeName, { rate: run.requestRate, cpu: run.cpuPerChunk })
        say(`requests of one token, ${client.label}: ${rate(run.requestRate)}`)
      }
    }
  },
}

function best(figures: Figures, ids: readonly ClientId[]): Figure | null {
  const known = ids.flatMap((id) => figures.get(id, shapeName, 'rate') ?? [])
  return known.sort((a, b) => b.value - a.value)[0] ?? null
}
