import { cEpoll } from './c-epoll.ts'
import type { Client } from './client.ts'
import { globalFetch } from './fetch.ts'
import { nodeHttp } from './node-http.ts'
import { servemark } from './servemark.ts'
import { undiciDispatch } from './undici-dispatch.ts'
import { undiciRequest } from './undici-request.ts'

/** All that are compared, in the order of the tables. */
export const clients = [
  servemark,
  cEpoll,
  undiciDispatch,
  undiciRequest,
  globalFetch,
  nodeHttp,
] as const satisfies readonly Client[]

export type ClientId = (typeof clients)[number]['id']
