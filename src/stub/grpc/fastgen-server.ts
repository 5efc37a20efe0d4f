import { createServer } from 'node:net'
import {
  Metadata,
  Server,
  ServerCredentials,
  status as statusCode,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js'
import { asBytes, channelOptions } from '../../grpc/channel-options.ts'
import { protoMethod } from '../../grpc/proto-method.ts'
import { createBatchClock } from '../batch-clock.ts'
import { monotonicNs } from '../clock.ts'
import { Desk } from '../desk.ts'
import { parseFault } from '../faults/index.ts'
import { overridesHeader, overridesSchema, type StubSettings } from '../options.ts'
import type { Pacer } from '../pacer.ts'
import { end } from '../player.ts'
import type { StubServer } from '../stub-server.ts'
import { MiiScheduler } from './mii-scheduler.ts'
import { playCall, type CallOut } from './play-call.ts'
import { StampedConnection } from './stamped-connection.ts'

const proto = new URL('../../backends/fastgen/model-response.proto', import.meta.url).href
const service = 'modelresponse.ModelResponse'
const methods = {
  unary: protoMethod(proto, service, 'GeneratorReply'),
  stream: protoMethod(proto, service, 'GeneratorReplyStream'),
  terminate: protoMethod(proto, service, 'Terminate'),
}

/** What MII is asked: prompts, and keyword arguments as its protocol packs them. */
export interface MiiRequest {
  readonly request: readonly string[]
  readonly query_kwargs: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

type UnaryCall = ServerUnaryCall<MiiRequest, Buffer>
type StreamCall = ServerWritableStream<MiiRequest, Buffer>

const defaultMaxLength = 1_000_000

/** DeepSpeed-MII's load balancer as a client meets it, its traps included, with the stub's schedule, faults and log. */
export function createFastgenServer(
  settings: StubSettings,
  pacer: Pacer,
  countPromptTokens: (text: string) => number,
): StubServer {
  const startedNs = monotonicNs()
  const desk = new Desk(settings, startedNs)
  const readTime = createBatchClock()
  const connections = new Set<StampedConnection>()
  const maxLength = settings.maxModelLength ?? defaultMaxLength
  const scheduler = new MiiScheduler(maxLength, pacer)

  function generate(connection: StampedConnection, asked: MiiRequest, metadata: Metadata, out: CallOut): void {
    if (monotonicNs() - startedNs < settings.readyAfterMs * 1e6) {
      return out.fail(statusCode.UNAVAILABLE, 'failed to connect to all addresses')
    }
    const { index, struck } = desk.arrive()
    const faults = [...struck, ...headerOf(metadata, 'x-stub-fault').split(';').filter(Boolean).map(parseFault)]
    const overrides = overridesSchema.parse(JSON.parse(headerOf(metadata, overridesHeader) || '{}'))
    const requestId = headerOf(metadata, 'x-request-id') || `stub-${index}`
    const receivedNs = connection.readNs
    const [prompt = ''] = asked.request
    const promptTokens = countPromptTokens(prompt)
    const admitted = scheduler.admit(asked.query_kwargs, promptTokens, out.kind)
    const askedTokens = admitted.kind === 'run' ? admitted.generation.maxTokens : null
    const entry = desk.enter(index, {
      requestId,
      route: 'completions',
      stream: out.kind === 'stream',
      receivedNs,
      promptTokens,
      askedTokens,
      faults: faults.map(({ kind }) => kind),
    })
    out.onCancel(() => {
      if (entry.ended === 'open') end(entry, 'left')
    })
    if (admitted.kind === 'hang') return
    if (admitted.kind === 'refuse') {
      end(entry, 'complete')
      return out.fail(statusCode.UNKNOWN, nested(admitted.why))
    }
    if (asked.request.length === 0)
      return out.send(methods.unary.responseSerialize({ response: [] }), () => out.finish())
    const ask = {
      route: 'completions',
      stream: out.kind === 'stream',
      model: settings.models[0] ?? '',
      requestId,
      receivedNs,
      promptTokens,
      maxTokens: admitted.generation.maxTokens,
      includeUsage: false,
      continuousUsage: false,
    } as const
    const reply = desk.reply(index, ask, [...faults, ...(overrides.faults ?? [])], overrides)
    if (reply.kind === 'answer') scheduler.runUntil(admitted.generation, reply.frames.at(-1)?.dueNs ?? receivedNs)
    playCall({ ask, reply, out, connection, pacer, log: entry, serialize: methods.stream.responseSerialize })
  }

  const server = createServer({ noDelay: true }, (socket) => {
    const connection = new StampedConnection(socket, readTime)
    connections.add(connection)
    const grpc = new Server(channelOptions)
    // One server for each connection, so that a call knows which one it came by.
    const credentials = ServerCredentials.createInsecure()
    grpc.addService(
      {
        GeneratorReply: { ...methods.unary, responseSerialize: asBytes },
        GeneratorReplyStream: { ...methods.stream, responseSerialize: asBytes },
        Terminate: methods.terminate,
      },
      {
        GeneratorReply: (call: UnaryCall, done: sendUnaryData<Buffer>) =>
          generate(connection, call.request, call.metadata, unaryOut(call, done)),
        GeneratorReplyStream: (call: StreamCall) => generate(connection, call.request, call.metadata, streamOut(call)),
        // As the real one with a request in flight: it says yes, and nothing ends.
        Terminate: (_call: unknown, done: sendUnaryData<object>) => done(null, {}),
      },
    )
    grpc.createConnectionInjector(credentials).injectConnection(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      connections.delete(connection)
      grpc.forceShutdown()
    })
  })
  return {
    scheme: 'grpc',
    server,
    log: () => desk.log(),
    clear: () => desk.clear(),
    destroyConnections() {
      for (const { socket } of connections) socket.destroy()
    },
  }
}

function unaryOut(call: UnaryCall, done: sendUnaryData<Buffer>): CallOut {
  return {
    kind: 'unary',
    onCancel: (left) => call.on('cancelled', left),
    head: () => call.sendMetadata(new Metadata()),
    send(message, sent) {
      sent(monotonicNs())
      done(null, message)
    },
    finish: () => {},
    fail: (code, details) => done({ code, details }),
  }
}

function streamOut(call: StreamCall): CallOut {
  return {
    kind: 'stream',
    onCancel: (left) => call.on('cancelled', left),
    head: () => call.sendMetadata(new Metadata()),
    send(message, sent) {
      // HTTP/2 writes at the end of the turn: the bytes go out a little later than it says here, never earlier.
      sent(monotonicNs())
      call.write(message)
    },
    finish: () => call.end(),
    fail: (code, details) => void call.emit('error', Object.assign(new Error(details), { code, details })),
  }
}

const headerOf = (metadata: Metadata, name: string): string => String(metadata.get(name)[0] ?? '')

/** The load balancer tells a replica's error inside its own. */
function nested(why: string): string {
  const inner = `Exception calling application: ${why}`
  return `Exception calling application: <AioRpcError of RPC that terminated with:\n\tstatus = StatusCode.UNKNOWN\n\tdetails = "${inner}"\n\tdebug_error_string = "UNKNOWN:${inner} {grpc_status:2}"\n>`
}
