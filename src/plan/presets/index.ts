import { all } from './all.ts'
import { aml } from './aml.ts'
import { example } from './example.ts'
import { firstFastgen } from './first-fastgen.ts'
import { firstReplicas } from './first-replicas.ts'
import { firstVllm } from './first-vllm.ts'
import { fp6 } from './fp6.ts'
import type { Preset } from './preset.ts'

/** Every preset, by id. */
export const presets = {
  all,
  example,
  aml,
  fp6,
  'first-fastgen': firstFastgen,
  'first-vllm': firstVllm,
  'first-replicas': firstReplicas,
} as const satisfies Record<string, Preset>

export type PresetId = keyof typeof presets
