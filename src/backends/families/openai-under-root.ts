import type { Probe, ProbeHttp, Target, Turn, WireRequest } from '../backend.ts'
import { probeOpenAi } from './openai-probe.ts'
import type { OpenAiQuirks } from './openai-quirks.ts'
import { openAiRequest, type ShapeBody } from './openai-wire.ts'

/** OpenAI's routes of a server that is otherwise asked at its root, e.g. for chats. */
export async function probeOpenAiUnderRoot(
  http: ProbeHttp,
  target: Target,
  signal: AbortSignal,
  quirks?: OpenAiQuirks,
): Promise<Probe> {
  const endpoints = target.endpoints.map(({ url }) => ({ url: `${url}/v1` }))
  return await probeOpenAi(http, { ...target, endpoints }, signal, quirks)
}

export function openAiRequestUnderRoot(turn: Turn, target: Target, probe: Probe, shape?: ShapeBody): WireRequest {
  const request = openAiRequest(turn, target, probe, shape)
  return { ...request, path: `/v1${request.path}` }
}
