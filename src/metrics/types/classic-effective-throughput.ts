import type { DeadlineMethod } from '../classic/deadlines.ts'
import { classicGenerationRates, classicPromptRate, effectiveThroughput } from '../classic/effective-throughput.ts'
import type { ScalarMetric } from '../metric.ts'

/** The original's goodput at its default rates: `classic.effective_throughput_cum_4`, `.._ema16_4`, ... */
export const classicEffectiveThroughputs = classicGenerationRates.flatMap((generation) => [
  declare('cum', generation),
  declare('ema16', generation),
])

function declare<Method extends DeadlineMethod, Rate extends number>(method: Method, generation: Rate) {
  const flow =
    method === 'cum'
      ? 'for each i sum(token_gen_time[1..i]) <= i / generation rate'
      : 'the exponentially weighted mean of token_gen_time[1:] (span 16, adjusted weights) < 1 / generation rate at every step'
  return {
    id: `classic.effective_throughput_${method}_${generation}`,
    kind: 'scalar',
    name: `Effective throughput at ${generation} tokens/s, ${method} (classic)`,
    unit: 'queries/s',
    better: 'higher',
    family: 'throughput',
    formula: `N / (max end - min start) x passed / N; passed: prompt tokens / ${classicPromptRate} >= token_gen_time[0], and ${flow}, the rate being ${generation} tokens/s`,
    needs: ['stream'],
    show: { unit: 'queries/s', scale: 1, digits: 3 },
    of({ classic }) {
      const found = effectiveThroughput(classic, method, { prompt: classicPromptRate, generation })
      return found.value === null
        ? { unit: 'queries/s', ...found }
        : { unit: 'queries/s', value: found.value, note: `${(100 * found.passedShare).toPrecision(3)} % passed` }
    },
  } as const satisfies ScalarMetric
}
