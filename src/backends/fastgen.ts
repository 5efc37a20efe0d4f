import { z } from 'zod'
import { UserError } from '../errors.ts'
import type { Backend, Launch, LaunchContext } from './backend.ts'
import { firstPort } from './families/launch-flags.ts'
import { notYet } from './families/not-yet.ts'

const params = z.strictObject({
  /** `wf6af16`: 6-bit weights, 16-bit activations. */
  quantizationMode: z.enum(['wf6af16']).optional(),
  /** Sequences of one forward pass; DeepSpeed wants no more than tokens. */
  maxRaggedSequenceCount: z.int().positive().optional(),
  /** Longest prompt + output; the engine's own limit when not given. */
  maxLength: z.int().positive().optional(),
  deploymentName: z.string().min(1).default('benchmark-deployment'),
})

const deepSpeedSequenceCount = 512

/** `serve` returns while its servers run, so the launcher then waits for its signal. */
const launcher = [
  'import json, mii, sys, threading',
  'config = json.loads(sys.argv[1])',
  'mii.serve(config["model"], **config["serve"])',
  'threading.Event().wait()',
].join('; ')

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('fastgen', context)
  if (parameters.serverArgs.length > 0) {
    throw new UserError('fastgen: DeepSpeed-MII has no command line that could take server arguments', 2)
  }
  const { tensorParallel, replicas, maxRaggedBatchSize } = parameters
  // The load balancer's port is followed by one for each rank of each replica, and then by the gateway's.
  const gatewayPort = port + 1 + tensorParallel * replicas
  const config = {
    model,
    serve: {
      deployment_name: own.deploymentName,
      tensor_parallel: tensorParallel,
      replica_num: replicas,
      port_number: port,
      enable_restful_api: true,
      restful_api_port: gatewayPort,
      ...(own.maxLength && { max_length: own.maxLength }),
      ...(own.quantizationMode && { quantization_mode: own.quantizationMode }),
      inference_engine_config: {
        tensor_parallel: { tp_size: tensorParallel },
        state_manager: {
          max_ragged_batch_size: maxRaggedBatchSize,
          max_ragged_sequence_count: own.maxRaggedSequenceCount ?? Math.min(deepSpeedSequenceCount, maxRaggedBatchSize),
        },
      },
    },
  }
  return {
    argv: ['python3', '-c', launcher, JSON.stringify(config)],
    env: { ...parameters.env },
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${gatewayPort}/healthz`, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 20 },
    missing: 'Python 3 with DeepSpeed-MII: pip install deepspeed-mii',
  }
}

/** DeepSpeed-MII, with FastGen inside. */
export const fastgen: Backend = {
  id: 'fastgen',
  label: 'DeepSpeed-FastGen',
  style: { color: 'blue', marker: 'o' },
  params,
  dimensions: ['tp', 'bs', 'replicas'],
  ownReplicas: { portsInARow: ({ tensorParallel, replicas }) => 2 + tensorParallel * replicas },
  baseUrl: 'root',
  launch,
  ...notYet(
    'fastgen: servemark cannot drive DeepSpeed-FastGen yet. Its OpenAI entry point can be measured: npm run bench -- --project openai --base-url http://127.0.0.1:8000',
  ),
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
}
