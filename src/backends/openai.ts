import { z } from 'zod'
import type { Backend } from './backend.ts'
import { counterFamilies } from './counters/index.ts'
import { probeOpenAi } from './families/openai-probe.ts'
import { openAiDecoderModule, openAiRequest, openAiSuccess, openAiWire } from './families/openai-wire.ts'

/** Any server with OpenAI's completions or chat route, already running somewhere. */
export const openai: Backend = {
  id: 'openai',
  label: 'openai-API',
  style: { color: 'red', marker: '+' },
  params: z.strictObject({}),
  dimensions: [],
  probe: probeOpenAi,
  request: openAiRequest,
  wire: openAiWire,
  decoderModule: openAiDecoderModule,
  success: openAiSuccess,
  counters: counterFamilies,
  promises: { exactOutputLength: false, cacheOff: false, serverCounts: false },
}
