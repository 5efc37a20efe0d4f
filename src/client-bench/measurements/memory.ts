import { runBench } from '../bench-run.ts'
import { streamsShape } from '../shapes.ts'
import { heldToNumber } from '../target.ts'
import { bytes, megabytes } from '../units.ts'
import type { Measurement } from './measurement.ts'

const streams = 1024
const shapeName = `${streams} streams`

export const memory: Measurement = {
  id: 'memory',
  title: `Memory of the client's process, ${shapeName} of 50 tokens/s`,
  columns: [
    { name: 'window', title: 'while measuring', format: megabytes, ratio: true },
    { name: 'peak', title: 'peak, hand-over included', format: megabytes, ratio: true },
    { name: 'per_chunk', title: 'growth a chunk', format: bytes },
  ],
  targets: [
    {
      text: 'memory of the load process: at most 130 MB while measuring',
      judge: (figures) => [
        heldToNumber('at most', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'window'),
          bound: 130e6,
          format: megabytes,
        }),
      ],
    },
    {
      text: 'memory of the load process: at most 24 bytes a chunk',
      judge: (figures) => [
        heldToNumber('at most', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'per_chunk'),
          bound: 24,
          format: bytes,
        }),
      ],
    },
  ],
  async measure({ clients, quick, figures, say, ...surroundings }) {
    const shape = streamsShape({
      streams,
      tokensPerSecond: 50,
      phase: 'staggered',
      meanTokens: 64,
      settleSeconds: quick ? 1 : 4,
      windowSeconds: quick ? 3 : 15,
    })
    for (const client of clients) {
      const run = await runBench(client, shape, surroundings)
      const { peak, inWindow, perChunk } = run.memory
      figures.add(client.id, shapeName, { window: inWindow, peak, per_chunk: perChunk })
      say(`memory, ${client.label}: ${megabytes(inWindow)}, ${bytes(perChunk)} a chunk, at most ${megabytes(peak)}`)
    }
  },
}
