import { z } from 'zod'
import { isToken, tokensOf, type Frame } from '../reply.ts'
import { nsPerMs } from '../schedules/schedule.ts'
import { defineFault } from './fault.ts'

export const stall = defineFault({
  summary: 'pause for s seconds before token n (counted from 0); all that follows is late by as much',
  schema: z.strictObject({
    kind: z.literal('stall'),
    atToken: z.int().nonnegative().default(10),
    seconds: z.number().positive().default(5),
  }),
  reply(answer, fault) {
    let seen = 0
    let shift = 0
    const frames = answer.frames.map((frame) => {
      if (isToken(frame.event) && seen + frame.event.texts.length > fault.atToken)
        shift = fault.seconds * 1000 * nsPerMs
      seen += tokensOf(frame.event)
      return { ...frame, dueNs: frame.dueNs + shift }
    })
    return { ...answer, frames }
  },
})

export const earlyRole = defineFault({
  summary: 'send the empty role chunk so many ms before the first token (chat)',
  schema: z.strictObject({ kind: z.literal('earlyRole'), ms: z.number().nonnegative().default(100) }),
  reply: (answer, fault) => ({
    ...answer,
    frames: answer.frames.map((frame) =>
      frame.event.kind === 'role' ? { ...frame, dueNs: frame.dueNs - fault.ms * nsPerMs } : frame,
    ),
  }),
})

export const pings = defineFault({
  summary: 'send an SSE comment before every n-th event',
  schema: z.strictObject({
    kind: z.literal('pings'),
    every: z.int().positive().default(1),
    text: z.string().default('keep-alive'),
  }),
  reply: (answer, fault) => ({
    ...answer,
    frames: answer.frames.flatMap((frame, at): Frame[] =>
      at % fault.every === 0 ? [{ dueNs: frame.dueNs, event: { kind: 'comment', text: fault.text } }, frame] : [frame],
    ),
  }),
})
