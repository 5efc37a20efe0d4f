import { createFastgenServer } from './grpc/fastgen-server.ts'
import type { StubSettings } from './options.ts'
import { createStubServer } from './server.ts'
import type { CreateStubServer } from './stub-server.ts'

/** The wires that keep the schedule. */
export const stubServers = {
  openai: createStubServer,
  fastgen: createFastgenServer,
} as const satisfies Record<StubSettings['wire'], CreateStubServer>
