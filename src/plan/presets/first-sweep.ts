/** What the first generation's sweeps have in common; the tensor-parallel degrees are those of the bench files. */
export const firstLlamas = ['llama-7b', 'llama-13b', 'llama-70b'] as const
export const firstSweep = {
  maxRaggedBatchSize: [768],
  promptTokens: [2600, 1200],
  outputTokens: [60, 128],
  clients: [1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32],
  requests: 512,
  stream: true,
}
