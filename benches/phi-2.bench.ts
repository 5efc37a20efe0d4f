import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'microsoft/phi-2',
  tags: ['full', 'gpu'],
  backends: ['fastgen', 'vllm'],
  tensorParallel: [1],
  promptTokens: [1200, 1900],
  outputTokens: [60, 128],
  maxPromptTokens: 2000,
  parameters: 2.78,
})
