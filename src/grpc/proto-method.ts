import { fileURLToPath } from 'node:url'
import type { MethodDefinition } from '@grpc/grpc-js'
import { loadSync } from '@grpc/proto-loader'

type Method = MethodDefinition<object, object>

/** A method of a .proto file (by URL), its messages as plain objects: every field there, 64-bit integers as numbers. */
export function protoMethod(proto: string, service: string, method: string): Method {
  const definition = loadSync(fileURLToPath(proto), { keepCase: true, longs: Number, oneofs: true, defaults: true })
  const methods = definition[service] as Readonly<Record<string, Method>> | undefined
  const found = methods?.[method]
  if (found === undefined) throw new Error(`${proto} has no method ${service}/${method}`)
  return found
}
