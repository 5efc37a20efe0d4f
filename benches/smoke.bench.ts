import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'servemark/llama-15m',
  tags: ['smoke', 'cpu'],
  backends: ['llamacpp'],
  promptTokens: [32],
  outputTokens: [16],
  clients: [1, 2],
  requests: 100,
})
