import type { Point } from '../plan/types.ts'
import { hashOf } from '../result/canonical-json.ts'

/**
 * What tells the prompts of a point from those of another: its shape alone, so that the same salt makes the same
 * prompts again on another host, server or version.
 */
export function workloadKey(point: Point): string {
  const { promptTokens, outputTokens, promptTokensVar, outputTokensVar, maxPromptTokens, prompts, load, requests } =
    point
  const { seed } = point.sampling
  return hashOf({
    promptTokens,
    outputTokens,
    promptTokensVar,
    outputTokensVar,
    maxPromptTokens,
    prompts,
    load,
    requests,
    seed,
  })
}
