import { z } from 'zod'
import type { Backend } from './backend.ts'
import { counterFamilies } from './counters/index.ts'
import { openAiFamily } from './families/openai-family.ts'

/** Any server with OpenAI's completions or chat route, already running somewhere. */
export const openai: Backend = {
  id: 'openai',
  label: 'openai-API',
  style: { color: 'red', marker: '+' },
  params: z.strictObject({}),
  dimensions: [],
  ...openAiFamily(),
  counters: counterFamilies,
  promises: { exactOutputLength: false, cacheOff: false, serverCounts: false },
}
