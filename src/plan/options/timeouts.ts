import { option } from './option.ts'
import { seconds } from './shapes.ts'

/** How long anything may take. */
export const timeoutOptions = {
  connectTimeout: option(seconds.default(10), 'Longest wait for a connection, s', {
    group: 'limits',
    value: 'SECONDS',
  }),
  firstByteTimeout: option(seconds.default(600), 'Longest wait for the first byte of an answer, s', {
    group: 'limits',
    value: 'SECONDS',
  }),
  idleTimeout: option(seconds.default(120), 'Longest silence within an answer, s', {
    group: 'limits',
    value: 'SECONDS',
  }),
  timeout: option(seconds.default(1800), 'Longest request, s', { group: 'limits', value: 'SECONDS' }),
  startupTimeout: option(seconds.default(1800), 'Longest start of a server, s', { group: 'limits', value: 'SECONDS' }),
} as const
