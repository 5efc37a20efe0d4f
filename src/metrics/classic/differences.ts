/** Where the original's number misleads, which of ours to read instead, and by how much they part. */
export interface Difference {
  /** Ids of the classic metrics, a family by what its ids begin with. */
  readonly classic: string
  readonly ours: readonly string[]
  readonly text: string
}

export const differences: readonly Difference[] = [
  {
    classic: 'classic.throughput',
    ours: ['request_throughput', 'steady_request_throughput'],
    text: "Clients / mean latency is Little's law: it takes all clients as busy all the time, and overstates the rate where they start apart or end one by one (4 % at 32 clients in the original's own example). Ours is counted: requests over the time that they took.",
  },
  {
    classic: 'classic.latency',
    ours: ['e2e_latency'],
    text: 'The mean alone, over the answers that came; failures are not in the file. Ours has percentiles, and censored ones that count failed requests as endless.',
  },
  {
    classic: 'classic.first_token_latency',
    ours: ['ttft'],
    text: 'The mean alone, 0 without streaming, and the first event of the stream, token or not (its reader of OpenAI streams sees a chunk only when the next one comes: one gap late). Ours is undefined without streaming and waits for a token.',
  },
  {
    classic: 'classic.token_gen_latency',
    ours: ['itl', 'tpot', 'itl_per_token'],
    text: 'The mean of the gaps between chunks without the first and the last of each answer: a chunk of several tokens counts as one. Ours names the convention: gaps between chunks (itl), by token (itl_per_token, itl_with_zeros), by request (tpot).',
  },
  {
    classic: 'classic.tokens_per_sec',
    ours: ['output_token_throughput', 'total_token_throughput'],
    text: "Printed as total token throughput, it is the mean of each request's own rate, which does not grow with clients, and it loses the prompt where the answer is kept as a list (FastGen, vLLM). Ours are the system's: tokens of all requests over the time.",
  },
  {
    classic: 'classic.tflops',
    ours: ['tflops_per_gpu'],
    text: "From Little's law, nominal lengths and the first digits before b or m in the model's name (Mixtral-8x7B counts as 7, opt-1.3b as 3, phi-2 as nothing), without replicas. Ours takes counted tokens, the bench file's `parameters` and all GPUs.",
  },
  {
    classic: 'classic.effective_throughput',
    ours: ['goodput', 'goodput_share'],
    text: 'Failed requests are not in the file, so that they neither pass nor fail. Ours counts every request of the measured part; the same deadlines can be objectives: `--objective cum=512/4`.',
  },
  {
    classic: 'classic.token_latency',
    ours: ['itl'],
    text: 'Without the first and last request by start, and without the last gap of each answer. Ours leaves out nothing, and gives 95 % intervals.',
  },
]
