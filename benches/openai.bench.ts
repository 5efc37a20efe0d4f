import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  tags: ['full'],
  backends: ['openai'],
  promptTokens: [512],
  outputTokens: [128],
  clients: [1, 4, 16, 32],
})
