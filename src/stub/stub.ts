import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { UserError } from '../errors.ts'
import type { StubLog } from './log.ts'
import { settle, type StubOptions } from './options.ts'
import { createPacer } from './pacer.ts'
import { promptCounters } from './prompt-tokens.ts'
import { rehearse } from './rehearse.ts'
import { stubServers } from './stub-servers.ts'

/** A running ground-truth server, in this process or in its own. */
export interface Stub extends AsyncDisposable {
  /** Origin, e.g. `http://127.0.0.1:40123`, where the API is under `/v1`; or `grpc://127.0.0.1:40123`. */
  readonly url: string
  readonly port: number
  readonly pid: number
  log(): Promise<StubLog>
  /** Empties the log and starts the order of arrival anew, so that faults and draws repeat. */
  clear(): Promise<void>
  /** Closes every connection. */
  close(): Promise<void>
}

/** Starts a stub in this process. `countPromptTokens` replaces the named counter of the options. */
export async function startStub(
  options: StubOptions = {},
  countPromptTokens?: (text: string) => number,
): Promise<Stub> {
  const settings = settle(options)
  const pacer = await createPacer()
  await rehearse(pacer)
  const stub = await stubServers[settings.wire](
    settings,
    pacer,
    countPromptTokens ?? promptCounters[settings.promptTokens],
  )
  stub.server.listen(settings.port, settings.host)
  try {
    await once(stub.server, 'listening')
  } catch (error) {
    await pacer.close()
    const code = (error as NodeJS.ErrnoException).code ?? String(error)
    throw new UserError(
      `stub: cannot listen on ${settings.host}:${settings.port} (${code}). Choose another --port; 0 takes any`,
    )
  }
  const { port } = stub.server.address() as AddressInfo
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host

  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => stub.server.close(() => resolve()))
    stub.destroyConnections()
    await Promise.all([closed, pacer.close()])
  }
  return {
    url: `${stub.scheme}://${host}:${port}`,
    port,
    pid: process.pid,
    log: async () => structuredClone(stub.log()),
    clear: async () => stub.clear(),
    close,
    [Symbol.asyncDispose]: close,
  }
}
