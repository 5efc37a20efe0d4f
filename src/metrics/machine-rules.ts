import type { VerdictFamily } from '../result/schema.ts'
import { growth } from './series.ts'
import { verdictLimits as limits } from './verdict-limits.ts'
import { over, share, type Rule } from './verdict-rule.ts'

const timed = ['ttft', 'itl', 'e2e', 'throughput'] as const satisfies readonly VerdictFamily[]

/** Whether the machine of the load generator let it run. */
export const machineRules: readonly Rule[] = timed.flatMap((family): Rule[] => [
  {
    id: 'stolen_time',
    family,
    describe:
      'time in which cores of this virtual machine wanted to run and were not let, of all their time: over 0.1 % suspect, over 1 % invalid',
    judge: ({ measured: { recording } }) =>
      over(
        limits.steal,
        share(growth(recording, 'machine.steal') ?? 0, growth(recording, 'machine.total') ?? 0),
        (part) =>
          `the host of this virtual machine took ${part} of its cores' time for others: its times are not its own`,
      ),
  },
  {
    id: 'throttled',
    family,
    describe: 'time in which the load generator had used up its CPU quota: any suspect, over 1 % invalid',
    judge({ measured: { recording, span } }) {
      const { measureStart: start, measureEnd: end } = recording.moments
      if (start === null || end === null || span === null) return null
      return over(
        limits.throttled,
        share(growth(recording, 'machine.throttled') ?? 0, (end - start) / 1e9),
        (part) =>
          `the load generator stood still for ${part} of the time because its container had used up its CPU quota: give it more`,
      )
    },
  },
])
