import { z } from 'zod'
import { errorBody } from '../errors.ts'
import { defineFault } from './fault.ts'

export const status = defineFault({
  summary: 'answer with an HTTP status and an OpenAI error body',
  schema: z.strictObject({
    kind: z.literal('status'),
    code: z.int().min(200).max(599).default(503),
    message: z.string().default('The server is overloaded, try again later'),
  }),
  reply: (_answer, fault) => ({
    kind: 'refusal',
    status: fault.code,
    headers: {},
    body: errorBody({
      message: fault.message,
      type: fault.code < 500 ? 'invalid_request_error' : 'server_error',
      code: fault.code,
    }),
  }),
})

export const redirect = defineFault({
  summary: 'answer with a redirect',
  schema: z.strictObject({
    kind: z.literal('redirect'),
    code: z.int().min(300).max(399).default(302),
    location: z.string().default('/elsewhere'),
  }),
  reply: (_answer, fault) => ({ kind: 'refusal', status: fault.code, headers: { location: fault.location }, body: '' }),
})

export const garbage = defineFault({
  summary: 'answer with bytes that are not HTTP, then close',
  schema: z.strictObject({
    kind: z.literal('garbage'),
    bytes: z.string().default('\u0000\u0001 not HTTP at all\r\n\r\n'),
  }),
  reply: (_answer, fault) => ({ kind: 'garbage', bytes: fault.bytes }),
})

export const silence = defineFault({
  summary: 'never answer',
  schema: z.strictObject({ kind: z.literal('silence') }),
  reply: () => ({ kind: 'silence' }),
})

export const headersOnly = defineFault({
  summary: 'send the headers, then nothing',
  schema: z.strictObject({ kind: z.literal('headersOnly') }),
  reply: (answer) => ({ ...answer, headers: 'early', frames: [], ending: { kind: 'hang' } }),
})
