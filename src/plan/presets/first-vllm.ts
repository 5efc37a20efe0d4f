import { firstLlamas, firstSweep } from './first-sweep.ts'
import type { Preset } from './preset.ts'

/** `run_all_vllm.sh` of the first generation */
export const firstVllm: Preset = {
  id: 'first-vllm',
  about: 'first generation: the Llama-2 models on vLLM, 512 requests a point',
  select: { kind: 'projects', names: firstLlamas },
  options: { ...firstSweep, backends: ['vllm'] },
  needs: [],
}
