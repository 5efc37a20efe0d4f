import type { MetricBlock } from '../result/schema.ts'
import type { Measured } from './measured.ts'
import type { Metric } from './metric.ts'
import { needs } from './needs.ts'
import { summarize } from './statistics.ts'
import { cacheHitShare } from './types/cache-hit-share.ts'
import { classicEffectiveThroughputs } from './types/classic-effective-throughput.ts'
import { classicFirstTokenLatency } from './types/classic-first-token-latency.ts'
import { classicLatency } from './types/classic-latency.ts'
import { classicTflops } from './types/classic-tflops.ts'
import { classicThroughput } from './types/classic-throughput.ts'
import { classicTokenGenLatency } from './types/classic-token-gen-latency.ts'
import { classicTokenLatencies } from './types/classic-token-latency.ts'
import { classicTokensPerSec } from './types/classic-tokens-per-sec.ts'
import { coalescedShare } from './types/coalesced-share.ts'
import { counterDifference } from './types/counter-difference.ts'
import { e2eFromIntended } from './types/e2e-from-intended.ts'
import { e2eLatency } from './types/e2e-latency.ts'
import { emittedTokenThroughput } from './types/emitted-token-throughput.ts'
import { firstContent } from './types/first-content.ts'
import { firstReasoning } from './types/first-reasoning.ts'
import { firstToolCall } from './types/first-tool-call.ts'
import { goodputShare } from './types/goodput-share.ts'
import { goodput } from './types/goodput.ts'
import { interactivity } from './types/interactivity.ts'
import { itlPerToken } from './types/itl-per-token.ts'
import { itlWithZeros } from './types/itl-with-zeros.ts'
import { itl } from './types/itl.ts'
import { ledgerDifferenceShare } from './types/ledger-difference.ts'
import { longestGap } from './types/longest-gap.ts'
import { latencyPerOutputToken } from './types/latency-per-output-token.ts'
import { outputLengthRatio } from './types/output-length-ratio.ts'
import { outputLength } from './types/output-length.ts'
import { outputTokenThroughputPerGpu } from './types/output-token-throughput-per-gpu.ts'
import { outputTokens } from './types/output-tokens.ts'
import { promptTokens } from './types/prompt-tokens.ts'
import { outputTokenThroughput } from './types/output-token-throughput.ts'
import { preemptions } from './types/preemptions.ts'
import { promptLengthRatio } from './types/prompt-length-ratio.ts'
import { promptLength } from './types/prompt-length.ts'
import { requestThroughput } from './types/request-throughput.ts'
import { serverE2eDifference } from './types/server-e2e-difference.ts'
import { serverTtftDifference } from './types/server-ttft-difference.ts'
import { stallTimeShare } from './types/stall-time-share.ts'
import { stalls } from './types/stalls.ts'
import { steadyOutputTokenThroughput } from './types/steady-output-token-throughput.ts'
import { steadyRequestThroughput } from './types/steady-request-throughput.ts'
import { steadyTotalTokenThroughput } from './types/steady-total-token-throughput.ts'
import { tflopsPerGpu } from './types/tflops-per-gpu.ts'
import { tokensPerChunk } from './types/tokens-per-chunk.ts'
import { totalTokenThroughput } from './types/total-token-throughput.ts'
import { timeToClose } from './types/time-to-close.ts'
import { tpotTokenWeighted } from './types/tpot-token-weighted.ts'
import { tpot } from './types/tpot.ts'
import { ttftFromIntended } from './types/ttft-from-intended.ts'
import { ttftWithConnect } from './types/ttft-with-connect.ts'
import { ttft } from './types/ttft.ts'

/** Every metric, in the order in which results show them. */
export const metrics = [
  ttft,
  firstContent,
  firstReasoning,
  firstToolCall,
  ttftWithConnect,
  ttftFromIntended,
  e2eLatency,
  e2eFromIntended,
  timeToClose,
  latencyPerOutputToken,
  tpot,
  tpotTokenWeighted,
  interactivity,
  itl,
  itlPerToken,
  itlWithZeros,
  longestGap,
  stalls,
  stallTimeShare,
  coalescedShare,
  tokensPerChunk,
  requestThroughput,
  goodput,
  goodputShare,
  outputTokenThroughput,
  totalTokenThroughput,
  emittedTokenThroughput,
  steadyRequestThroughput,
  steadyOutputTokenThroughput,
  steadyTotalTokenThroughput,
  outputTokenThroughputPerGpu,
  tflopsPerGpu,
  promptLength,
  promptLengthRatio,
  outputLength,
  outputLengthRatio,
  cacheHitShare,
  preemptions,
  serverTtftDifference,
  serverE2eDifference,
  ...outputTokens,
  ...promptTokens,
  ledgerDifferenceShare,
  counterDifference,
  classicLatency,
  classicThroughput,
  classicFirstTokenLatency,
  classicTokenGenLatency,
  classicTokensPerSec,
  classicTflops,
  ...classicEffectiveThroughputs,
  ...classicTokenLatencies,
] as const satisfies readonly Metric[]

export type MetricId = (typeof metrics)[number]['id']

/** The blocks that a result file keeps under `metrics`. */
export function deriveMetrics(measured: Measured): Record<MetricId, MetricBlock> {
  const blocks = metrics.map((metric) => [metric.id, derive(metric, measured)] as const)
  return Object.fromEntries(blocks) as Record<MetricId, MetricBlock>
}

function derive(metric: Metric, measured: Measured): MetricBlock {
  for (const need of metric.needs) {
    const reason = needs[need](measured)
    if (reason === null) continue
    if (metric.kind === 'scalar') return { unit: metric.unit, value: null, note: reason }
    return summarize(metric.unit, [])
  }
  return metric.of(measured)
}
