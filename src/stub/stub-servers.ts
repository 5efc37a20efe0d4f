import type { StubSettings } from './options.ts'
import { createStubServer } from './server.ts'
import type { CreateStubServer } from './stub-server.ts'

/** The wires that keep the schedule. gRPC's library is loaded on use: the stub beside a measurement is to be small. */
export const stubServers = {
  openai: async (...given) => createStubServer(...given),
  fastgen: async (...given) => (await import('./grpc/fastgen-server.ts')).createFastgenServer(...given),
} as const satisfies Record<StubSettings['wire'], CreateStubServer>
