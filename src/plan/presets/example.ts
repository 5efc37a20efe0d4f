import type { Preset } from './preset.ts'

/** `run_example.sh` */
export const example: Preset = {
  id: 'example',
  about: 'Llama-2-7b on DeepSpeed-FastGen, prompts of 2600 tokens, 60 new ones',
  select: { kind: 'projects', names: ['llama-7b'] },
  options: {
    backends: ['fastgen'],
    tensorParallel: [1],
    replicas: [1],
    maxRaggedBatchSize: [768],
    promptTokens: [2600],
    outputTokens: [60],
    stream: true,
  },
  needs: [],
}
