import type { RealServer } from './real-server.ts'
import { azureMlStream } from './servers/azure-ml-stream.ts'
import { azureMl } from './servers/azure-ml.ts'
import { llamaCppPython } from './servers/llama-cpp-python.ts'
import { llamaServer } from './servers/llama-server.ts'
import { mii } from './servers/mii.ts'
import { nginx } from './servers/nginx.ts'
import { sglang } from './servers/sglang.ts'
import { transformers } from './servers/transformers.ts'
import { vllm } from './servers/vllm.ts'

/** Every real server that `npm run test:real` visits, in this order: the cheap ones first. */
export const realServers = {
  'llama-server': llamaServer,
  'llama-cpp-python': llamaCppPython,
  'azure-ml': azureMl,
  'azure-ml-stream': azureMlStream,
  nginx,
  vllm,
  transformers,
  sglang,
  mii,
} as const satisfies Record<string, RealServer>
