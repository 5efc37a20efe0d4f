import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'meta-llama/Llama-2-70b-hf',
  tags: ['full', 'gpu'],
  backends: ['fastgen', 'vllm'],
  tensorParallel: [4, 8],
  promptTokens: [1200, 2600],
  outputTokens: [60, 128],
  maxPromptTokens: 4000,
  parameters: 69.0,
})
