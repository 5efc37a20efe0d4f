import { z } from 'zod'
import { isToken, type Frame, type TokenEvent } from '../reply.ts'
import { defineFault } from './fault.ts'

export const tokensPerChunk = defineFault({
  summary: 'carry n tokens in each chunk',
  schema: z.strictObject({ kind: z.literal('tokensPerChunk'), tokens: z.int().positive().default(2) }),
  generate: (generation, fault) => ({ ...generation, tokensPerChunk: fault.tokens }),
})

export const coalesce = defineFault({
  summary: 'put n token events in one write',
  schema: z.strictObject({ kind: z.literal('coalesce'), events: z.int().positive().default(4) }),
  reply: (answer, fault) => ({ ...answer, eventsPerWrite: fault.events }),
})

export const oneChunk = defineFault({
  summary: 'send the whole text as one event when the last token is due',
  schema: z.strictObject({ kind: z.literal('oneChunk') }),
  reply(answer) {
    const tokens = answer.frames.map(({ event }) => event).filter(isToken)
    const last = tokens.at(-1)
    if (last === undefined) return answer
    const whole: TokenEvent = { ...last, kind: 'text', texts: tokens.flatMap((event) => event.texts) }
    const lastAt = answer.frames.findIndex(({ event }) => event === last)
    const dueNs = answer.frames[lastAt]?.dueNs ?? 0
    const frames = answer.frames.flatMap((frame, at): Frame[] => {
      if (at === lastAt) return [{ dueNs, event: whole }]
      return isToken(frame.event) ? [] : [{ ...frame, dueNs }]
    })
    return { ...answer, frames }
  },
})

export const plainJson = defineFault({
  summary: 'answer with one JSON body though a stream was asked for',
  schema: z.strictObject({ kind: z.literal('plainJson') }),
  reply: (answer) => ({ ...answer, body: 'json' }),
})

export const crlf = defineFault({
  summary: 'end SSE lines with CRLF',
  schema: z.strictObject({ kind: z.literal('crlf') }),
  reply: (answer) => ({ ...answer, newline: '\r\n' }),
})

export const lateHeaders = defineFault({
  summary: 'hold the headers back until the first event, and send both in one write',
  schema: z.strictObject({ kind: z.literal('lateHeaders') }),
  reply: (answer) => ({ ...answer, headers: 'withFirst' }),
})
