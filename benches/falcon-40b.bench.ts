import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'tiiuae/falcon-40B',
  tags: ['full', 'gpu'],
  backends: ['fastgen', 'vllm'],
  tensorParallel: [2, 4],
  promptTokens: [1200, 1900],
  outputTokens: [60, 128],
  maxPromptTokens: 2000,
  parameters: 41.8,
})
