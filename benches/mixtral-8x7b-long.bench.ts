import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'mistralai/Mixtral-8x7B-v0.1',
  tags: ['full', 'gpu'],
  backends: ['fastgen', 'vllm'],
  tensorParallel: [4],
  promptTokens: [500],
  outputTokens: [150, 500, 1024],
  maxPromptTokens: 4000,
  parameters: 46.7,
})
