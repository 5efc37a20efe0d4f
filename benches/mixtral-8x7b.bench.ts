import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'mistralai/Mixtral-8x7B-v0.1',
  tags: ['full', 'gpu'],
  backends: ['fastgen', 'vllm'],
  tensorParallel: [4],
  promptTokens: [1200, 2600],
  outputTokens: [60, 128],
  maxPromptTokens: 4000,
  parameters: 46.7,
})
