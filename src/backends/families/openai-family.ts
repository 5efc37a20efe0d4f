import type { Backend } from '../backend.ts'
import { probeOpenAi } from './openai-probe.ts'
import type { OpenAiQuirks } from './openai-quirks.ts'
import { openAiDecoderModule, openAiRequest, openAiSuccess, openAiWire } from './openai-wire.ts'

/** How a server with OpenAI's routes is asked and read. Its probe and its requests differ from the others' in the same way. */
export function openAiFamily(
  quirks: OpenAiQuirks = {},
): Pick<Backend, 'probe' | 'request' | 'wire' | 'decoderModule' | 'success'> {
  return {
    probe: async (http, target, signal) => await probeOpenAi(http, target, signal, quirks),
    request: (turn, target, probe) => openAiRequest(turn, target, probe, quirks.shape),
    wire: openAiWire,
    decoderModule: openAiDecoderModule,
    success: openAiSuccess,
  }
}
