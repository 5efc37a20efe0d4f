import type { Preset } from './preset.ts'

/** `run_all_replica.sh` of the first generation; more replicas by `--num_replicas`. */
export const firstReplicas: Preset = {
  id: 'first-replicas',
  about: 'first generation: replica scaling, 16 clients and 256 requests a replica, on 4 GPUs each',
  select: { kind: 'projects', names: ['llama-7b'] },
  options: {
    backends: ['fastgen'],
    tensorParallel: [4],
    replicas: [1, 2, 4],
    maxRaggedBatchSize: [768],
    promptTokens: [2600],
    outputTokens: [60],
    clients: [16],
    requests: 256,
    perReplica: true,
    stream: true,
  },
  needs: [],
}
