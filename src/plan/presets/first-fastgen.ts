import { firstLlamas, firstSweep } from './first-sweep.ts'
import type { Preset } from './preset.ts'

/** `run_all.sh` of the first generation */
export const firstFastgen: Preset = {
  id: 'first-fastgen',
  about: 'first generation: the Llama-2 models on DeepSpeed-FastGen, 512 requests a point',
  select: { kind: 'projects', names: firstLlamas },
  options: { ...firstSweep, backends: ['fastgen'] },
  needs: [],
}
