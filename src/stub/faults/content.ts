import { z } from 'zod'
import { changeToken, tokensOf, type Frame } from '../reply.ts'
import { defineFault } from './fault.ts'

export const noUsage = defineFault({
  summary: 'leave out usage though it was asked for',
  schema: z.strictObject({ kind: z.literal('noUsage') }),
  reply: (answer) => ({
    ...answer,
    frames: answer.frames
      .filter(({ event }) => event.kind !== 'usage')
      .map((frame) => changeToken(frame, { usage: null })),
  }),
})

export const short = defineFault({
  summary: 'generate n tokens fewer than asked for, and still say `length`',
  schema: z.strictObject({ kind: z.literal('short'), by: z.int().positive().default(1) }),
  generate: (generation, fault) => ({ ...generation, tokens: Math.max(0, generation.tokens - fault.by) }),
})

export const clamp = defineFault({
  summary: 'silently generate n tokens at most, and say `length`',
  schema: z.strictObject({ kind: z.literal('clamp'), maxTokens: z.int().nonnegative().default(16) }),
  generate: (generation, fault) => ({ ...generation, tokens: Math.min(generation.tokens, fault.maxTokens) }),
})

export const stop = defineFault({
  summary: 'end by itself after n tokens, with finish reason `stop`',
  schema: z.strictObject({ kind: z.literal('stop'), tokens: z.int().nonnegative().default(8) }),
  generate: (generation, fault) =>
    generation.tokens <= fault.tokens ? generation : { ...generation, tokens: fault.tokens, finishReason: 'stop' },
})

export const reasoning = defineFault({
  summary: 'the first n tokens are reasoning deltas (chat)',
  schema: z.strictObject({ kind: z.literal('reasoning'), tokens: z.int().positive().default(4) }),
  generate: (generation, fault) => ({ ...generation, reasoningTokens: fault.tokens }),
})

export const toolCall = defineFault({
  summary: 'the tokens are the arguments of a tool call (chat)',
  schema: z.strictObject({ kind: z.literal('toolCall') }),
  generate: (generation) => ({ ...generation, toolCall: true, finishReason: 'tool_calls' }),
})

export const emptyText = defineFault({
  summary: 'every n-th token has an empty text; only running usage tells of it',
  schema: z.strictObject({ kind: z.literal('emptyText'), every: z.int().positive().default(2) }),
  generate: (generation, fault) => ({ ...generation, emptyTextEvery: fault.every }),
})

export const badEvent = defineFault({
  summary: 'after n tokens send an event whose data is not JSON',
  schema: z.strictObject({
    kind: z.literal('badEvent'),
    afterTokens: z.int().nonnegative().default(10),
    data: z.string().default('{"id":"cut in the mid'),
  }),
  reply(answer, fault) {
    let seen = 0
    let sent = false
    const frames = answer.frames.flatMap((frame): Frame[] => {
      const here = !sent && seen >= fault.afterTokens && frame.event.kind !== 'role'
      seen += tokensOf(frame.event)
      if (!here) return [frame]
      sent = true
      return [{ dueNs: frame.dueNs, event: { kind: 'raw', data: fault.data } }, frame]
    })
    return { ...answer, frames }
  },
})
