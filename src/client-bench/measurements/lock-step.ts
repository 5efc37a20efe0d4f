import { heldToNumber } from '../target.ts'
import { share, time } from '../units.ts'
import type { Measurement } from './measurement.ts'
import { measureStreams, selfColumns, shapeOf } from './streams.ts'

const sizes = [64, 256, 1024]

export const lockStep: Measurement = {
  id: 'lock-step',
  title: 'Streams of 50 tokens/s in lock step: every stream gets its token at the same moment',
  columns: [
    { name: 'error_p50', title: '|e| p50', format: time, ratio: true },
    { name: 'error_p99', title: '|e| p99', format: time, ratio: true },
    { name: 'cpu', title: 'CPU a chunk', format: time, ratio: true },
    { name: 'shared', title: 'share a read', format: share },
    ...selfColumns(),
  ],
  targets: [
    {
      text: 'p99|e| in lock step, N streams: at most 4 us x N',
      judge: (figures) =>
        sizes.map((size) => {
          const shape = shapeOf(size)
          const figure = figures.get('servemark', shape, 'error_p99')
          return heldToNumber('at most', { shape, figure, bound: 4e-6 * size, format: time })
        }),
    },
  ],
  measure: (measuring) => measureStreams(measuring, { phase: 'lockStep', sizes, quickSizes: [1024] }),
}
