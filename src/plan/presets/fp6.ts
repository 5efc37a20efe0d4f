import type { Preset } from './preset.ts'

/** `run_fp6.sh` */
export const fp6: Preset = {
  id: 'fp6',
  about: 'Llama-2-70b with weights of 6 bits on one GPU, on DeepSpeed-FastGen, 128 requests a point',
  select: { kind: 'projects', names: ['llama-70b'] },
  options: {
    model: 'NousResearch/Llama-2-70b-hf',
    backends: ['fastgen'],
    fp6: true,
    tensorParallel: [1],
    promptTokens: [2600],
    outputTokens: [60],
    requests: 128,
    stream: true,
  },
  needs: [],
}
