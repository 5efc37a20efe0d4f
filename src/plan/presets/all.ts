import type { Preset } from './preset.ts'

/** `run_all.sh` */
export const all: Preset = {
  id: 'all',
  about: 'every model on each of its servers, streaming',
  select: { kind: 'tags', tags: ['full', 'gpu'] },
  options: { stream: true },
  needs: [],
}
