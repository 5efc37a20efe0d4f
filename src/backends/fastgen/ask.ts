import { Client, credentials, Metadata, status as statusCode, type StatusObject } from '@grpc/grpc-js'
import { UserError } from '../../errors.ts'
import { asBytes, channelOptions } from '../../grpc/channel-options.ts'
import { plainDetails } from '../../grpc/details.ts'
import { protoMethod } from '../../grpc/proto-method.ts'
import { grpcTarget } from '../../grpc/target.ts'
import type { Wire } from '../backend.ts'

export interface Question {
  readonly url: string
  readonly wire: Extract<Wire, { transport: 'grpc' }>
  /** The message as JSON. */
  readonly body: string
  readonly headers: Readonly<Record<string, string>>
  readonly seconds: number
  readonly signal: AbortSignal
}

/** One call that is not measured; its answers as JSON. Throws a UserError of one line when it does not end in order. */
export async function askOnce({ url, wire, body, headers, seconds, signal }: Question): Promise<readonly string[]> {
  const { path, requestSerialize, responseDeserialize } = protoMethod(wire.proto, wire.service, wire.method)
  const client = new Client(grpcTarget(url), credentials.createInsecure(), channelOptions)
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  const answers: string[] = []
  let cancel = (): void => {}
  try {
    signal.throwIfAborted()
    const message = requestSerialize(JSON.parse(body) as object)
    const call = client.makeServerStreamRequest(path, asBytes, asBytes, message, metadata, {
      deadline: Date.now() + seconds * 1000,
    })
    cancel = () => call.cancel()
    signal.addEventListener('abort', cancel)
    const status = await new Promise<StatusObject>((resolve) => {
      call.on('error', () => {})
      call.on('data', (bytes: Buffer) => answers.push(JSON.stringify(responseDeserialize(bytes))))
      call.on('status', resolve)
    })
    signal.throwIfAborted()
    if (status.code !== statusCode.OK) throw new UserError(explain(url, status, seconds))
    return answers
  } finally {
    signal.removeEventListener('abort', cancel)
    client.close()
  }
}

function explain(url: string, { code, details }: StatusObject, seconds: number): string {
  const { host } = new URL(url)
  const why = plainDetails(details)
  if (code === statusCode.UNAVAILABLE) {
    return /ECONNREFUSED/.test(details)
      ? `fastgen: nothing listens at ${host} (ECONNREFUSED). Is the deployment up? The address is its load balancer's, port 50050 by default`
      : `fastgen: no gRPC server answers at ${host} (${why}). Is it the port of MII's load balancer, not of its REST gateway?`
  }
  if (code === statusCode.DEADLINE_EXCEEDED) {
    return `fastgen: ${host} takes connections, but gave no whole answer within ${seconds} s. Still loading, or broken by an earlier request? See its log`
  }
  if (code === statusCode.UNIMPLEMENTED) {
    return `fastgen: what answers at ${host} is a gRPC server, but not DeepSpeed-MII (${why}). Check --base-url`
  }
  return `fastgen: the test request failed with ${statusCode[code] ?? code}: ${why}`
}
