import type { Preset } from './preset.ts'

/** `run_aml.sh` */
export const aml: Preset = {
  id: 'aml',
  about: 'an Azure ML online endpoint, prompts of 2600 tokens, 60 new ones, 256 requests a point',
  select: { kind: 'projects', names: ['llama-7b'] },
  options: { backends: ['aml'], promptTokens: [2600], outputTokens: [60], requests: 256, stream: false },
  needs: [
    { key: 'baseUrl', text: '--aml_api_url URL (the key in SERVEMARK_API_KEY, the deployment by --deployment_name)' },
    { key: 'model', text: '--model NAME, which the endpoint does not tell' },
  ],
}
