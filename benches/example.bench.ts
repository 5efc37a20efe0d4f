import { defineBench } from '../src/plan/define-bench.ts'

export default defineBench({
  model: 'servemark/llama-38m',
  tags: ['full', 'cpu'],
  backends: ['llamacpp'],
  promptTokens: [128],
  outputTokens: [32],
  clients: [1, 2, 4, 8],
})
