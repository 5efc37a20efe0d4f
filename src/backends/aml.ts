import { z } from 'zod'
import type { Backend } from './backend.ts'
import { notYet } from './families/not-yet.ts'

/** An online endpoint of Azure Machine Learning with a scoring script; never started from here. */
export const aml: Backend = {
  id: 'aml',
  label: 'Azure ML',
  style: { color: 'purple', marker: 'd' },
  params: z.strictObject({
    /** Pins a deployment, past the endpoint's traffic split. */
    deploymentName: z.string().min(1).optional(),
  }),
  dimensions: [],
  ...notYet(
    'aml: servemark cannot ask Azure ML scoring endpoints yet. One with an OpenAI route can be measured: npm run bench -- --project openai --base-url https://...',
  ),
  promises: { exactOutputLength: false, cacheOff: false, serverCounts: false },
}
