import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { UserError } from '../errors.ts'
import type {
  Backend,
  Launch,
  LaunchContext,
  Probe,
  ProbeHttp,
  ServerParameters,
  Target,
  Turn,
  Wire,
  WireRequest,
} from './backend.ts'
import { createDecoder } from './fastgen/decoder.ts'
import { packArguments } from './fastgen/keyword-arguments.ts'
import { serveArguments } from './fastgen/serve-arguments.ts'
import { isObject, nonEmptyString, type Json } from './families/json.ts'
import { firstPort } from './families/launch-flags.ts'
import { withExtra } from './families/native-request.ts'

const params = z.strictObject({
  /** `wf6af16`: 6-bit weights, 16-bit activations. */
  quantizationMode: z.enum(['wf6af16']).optional(),
  /** Sequences of one forward pass; DeepSpeed wants no more than tokens. */
  maxRaggedSequenceCount: z.int().positive().optional(),
  /** Longest prompt + output; the engine's own limit when not given. */
  maxLength: z.int().positive().optional(),
  /** MII cuts its own command lines at blanks. */
  deploymentName: z
    .string()
    .regex(/^[\w.-]+$/, 'letters, digits, ".", "_" and "-"')
    .default('benchmark-deployment'),
  /** The Python that has DeepSpeed-MII. */
  python: z.string().min(1).default('python3'),
})

const deepSpeedSequenceCount = 512
/** MII gives each replica a port of torch.distributed this far from the one before. */
const torchPortStep = 100

/** Where the ports of a deployment lie, counted from its first. */
function portLayout({ tensorParallel, replicas }: ServerParameters) {
  // The load balancer's port is followed by one for each rank of each replica.
  const status = 1 + tensorParallel * replicas
  const zmq = status + 1
  const torch = zmq + replicas
  return { status, zmq, torch }
}

function portOffsets(parameters: ServerParameters): readonly number[] {
  const { torch } = portLayout(parameters)
  const neighbours = Array.from({ length: torch }, (_, at) => at)
  return [
    ...neighbours,
    ...Array.from({ length: parameters.replicas }, (_, replica) => torch + torchPortStep * replica),
  ]
}

async function launch(context: LaunchContext): Promise<Launch> {
  const { model, parameters } = context
  const own = params.parse(parameters.own)
  const port = firstPort('fastgen', context)
  const { tensorParallel, replicas, maxRaggedBatchSize } = parameters
  const layout = portLayout(parameters)
  const statusPort = port + layout.status
  const statusUrl = `http://127.0.0.1:${statusPort}/`
  const serve = {
    deployment_name: own.deploymentName,
    tensor_parallel: tensorParallel,
    replica_num: replicas,
    port_number: port,
    zmq_port_number: port + layout.zmq,
    torch_dist_port: port + layout.torch,
    ...(own.maxLength && { max_length: own.maxLength }),
    ...(own.quantizationMode && { quantization_mode: own.quantizationMode }),
    inference_engine_config: {
      tensor_parallel: { tp_size: tensorParallel },
      state_manager: {
        max_ragged_batch_size: maxRaggedBatchSize,
        max_ragged_sequence_count: own.maxRaggedSequenceCount ?? Math.min(deepSpeedSequenceCount, maxRaggedBatchSize),
      },
    },
  }
  const config = {
    model,
    status_port: statusPort,
    replicas,
    serve: withExtra(serve, serveArguments(parameters.serverArgs)),
  }
  return {
    argv: [own.python, fileURLToPath(new URL('fastgen/launcher.py', import.meta.url)), JSON.stringify(config)],
    env: { ...parameters.env },
    endpoints: [{ url: `grpc://127.0.0.1:${port}`, statusUrl }],
    readiness: { url: statusUrl, timeoutSeconds: 1800 },
    stop: { signal: 'SIGTERM', graceSeconds: 20 },
    missing: 'Python 3 with DeepSpeed-MII: pip install deepspeed-mii',
  }
}

const proto = new URL('fastgen/model-response.proto', import.meta.url).href

function wire({ stream }: Target): Extract<Wire, { transport: 'grpc' }> {
  const method = stream ? 'GeneratorReplyStream' : 'GeneratorReply'
  return { transport: 'grpc', proto, service: 'modelresponse.ModelResponse', method }
}

/**
 * Every request has the same keys, warm-up included: one that differs from another in flight, even a cancelled one,
 * kills the scheduler, and all later calls hang. So a temperature of 0, which MII refuses, is sent as 1 without sampling.
 */
function request(turn: Turn, target: Target): WireRequest {
  if (target.route === 'chat') {
    throw new UserError('fastgen: MII knows prompts, but no chat messages: leave out --endpoint chat', 2)
  }
  const { temperature, topP } = target.sampling
  const given = packArguments({
    max_new_tokens: turn.outputTokens,
    ignore_eos: true,
    do_sample: temperature > 0,
    temperature: temperature > 0 ? temperature : 1,
    top_p: topP,
    ...target.extraBody,
  })
  const kwargs = target.stream ? { ...given, stream: { bvalue: true } } : given
  return {
    method: 'POST',
    path: '/',
    // MII passes it over; what stands before it may log it.
    headers: { 'x-request-id': turn.requestId, ...target.headers },
    body: JSON.stringify({ request: [turn.prompt], query_kwargs: kwargs }),
  }
}

const askedTokens = 16
const answerSeconds = 60

async function probe(http: ProbeHttp, target: Target, signal: AbortSignal): Promise<Probe> {
  const [endpoint] = target.endpoints
  if (endpoint === undefined) throw new Error('a target without endpoints')
  if (target.model === null) {
    throw new UserError('fastgen: a deployment does not tell which model it serves. Give it: --model NAME', 2)
  }
  const { statusUrl } = endpoint
  const versions = statusUrl === undefined ? null : versionsIn((await http.get(statusUrl)).json)
  const turn = { item: 0, prompt: 'Tell a long story.', messages: null, outputTokens: askedTokens, requestId: 'probe' }
  const { body, headers } = request(turn, target)
  // Loaded on use: other backends need no gRPC.
  const { askOnce } = await import('./fastgen/ask.ts')
  const question = { url: endpoint.url, wire: wire(target), body, headers, seconds: answerSeconds, signal }
  const decoder = createDecoder({ route: 'completions', stream: target.stream })
  const carried = (await askOnce(question)).map((data) => decoder.decode({ event: null, data }))
  const failed = carried.find(({ error }) => error !== undefined)
  if (failed) throw new UserError(`fastgen: the test request failed: ${failed.error}`)
  const end = carried.findLast(({ finishReason }) => finishReason !== undefined)
  const told = end?.usage?.outputTokens ?? null
  const full = end?.finishReason === 'length' && told === askedTokens
  return {
    model: target.model,
    version: versions && nonEmptyString(versions['mii']),
    maxModelLength: null,
    capabilities: {
      ignoreEos: full,
      minTokens: false,
      usage: told !== null,
      streamUsage: target.stream && told !== null,
      continuousUsage: target.stream,
      lengthKey: 'max_tokens',
      seed: false,
      tokenizeUrl: null,
    },
    identity: versions ?? {},
    notes: [
      ...(end === undefined ? ['no finish reason in the test answer: requests without one count as failed'] : []),
      ...(end !== undefined && !full
        ? [
            `asked for ${askedTokens} tokens the server gave ${told} (${end.finishReason}): answers may be shorter than asked for`,
          ]
        : []),
      ...(versions === null ? [] : ["MII's ports are open to all networks of this host, and ask for no key"]),
    ],
  }
}

function versionsIn(status: unknown): Json | null {
  return isObject(status) && isObject(status['versions']) ? status['versions'] : null
}

/** DeepSpeed-MII's persistent deployment, with FastGen inside: gRPC to its load balancer. */
export const fastgen: Backend = {
  id: 'fastgen',
  label: 'DeepSpeed-FastGen',
  style: { color: 'blue', marker: 'o' },
  params,
  dimensions: ['tp', 'bs', 'replicas'],
  baseUrl: 'grpc',
  ownReplicas: { portOffsets },
  launch,
  probe,
  request,
  wire,
  decoderModule: new URL('fastgen/decoder.ts', import.meta.url).href,
  success: { finishReasons: ['length', 'stop'], endMarkSuffices: false },
  promises: { exactOutputLength: true, cacheOff: true, serverCounts: true },
}
