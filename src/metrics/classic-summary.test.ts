import { expect, test } from 'vitest'
import type { ResultFile } from '../result/schema.ts'
import { classicSummary } from './classic-summary.ts'

const scalar = (value: number | null) => ({ unit: '', value })
const file = {
  args: { deployment_name: 'example' },
  servemark: {
    point: { clients: 4, prompt_tokens: 2600, output_tokens: 60 },
    metrics: {
      'classic.throughput': scalar(1.5),
      'classic.tokens_per_sec': scalar(43.25),
      'classic.latency': scalar(2.6667),
      'classic.token_gen_latency': scalar(null),
      'classic.first_token_latency': scalar(0.2),
    },
  },
} as unknown as ResultFile

test("the original's summary line, with n/a where it has no number", () => {
  expect(classicSummary(file)).toBe(
    'Deployment: example Clients: 4, Prompt (mean): 2600 tokens, Generation (mean): 60 tokens, Query throughput: 1.500 queries/s, Token throughput (total): 43.250 tokens/s, Query latency: 2.667 s, Token generation latency: n/a s/token, First token received: 0.200 s',
  )
})
