import { z } from 'zod'
import type { Answer, Frame } from '../reply.ts'
import { changeToken, isToken, tokensOf } from '../reply.ts'
import { defineFault } from './fault.ts'

const afterTokens = z.int().nonnegative().default(10)

/** The frames up to the one that completes `tokens` tokens, and when the next token would have been due. */
function cutAfter(answer: Answer, tokens: number): { frames: readonly Frame[]; dueNs: number } {
  let seen = 0
  for (const [at, frame] of answer.frames.entries()) {
    const due = isToken(frame.event) || frame.event.kind === 'done'
    if (seen >= tokens && due) return { frames: answer.frames.slice(0, at), dueNs: frame.dueNs }
    seen += tokensOf(frame.event)
  }
  return { frames: answer.frames, dueNs: answer.frames.at(-1)?.dueNs ?? 0 }
}

export const reset = defineFault({
  summary: 'reset the connection (RST) after n tokens, when the next one is due',
  schema: z.strictObject({ kind: z.literal('reset'), afterTokens }),
  reply(answer, fault) {
    const { frames, dueNs } = cutAfter(answer, fault.afterTokens)
    return { ...answer, frames, ending: { kind: 'reset', dueNs } }
  },
})

export const cut = defineFault({
  summary: 'close the connection (FIN) in mid-body after n tokens, when the next one is due',
  schema: z.strictObject({ kind: z.literal('cut'), afterTokens }),
  reply(answer, fault) {
    const { frames, dueNs } = cutAfter(answer, fault.afterTokens)
    return { ...answer, frames, ending: { kind: 'close', dueNs } }
  },
})

export const hang = defineFault({
  summary: 'send nothing more after n tokens, with the connection open',
  schema: z.strictObject({ kind: z.literal('hang'), afterTokens }),
  reply: (answer, fault) => ({
    ...answer,
    frames: cutAfter(answer, fault.afterTokens).frames,
    ending: { kind: 'hang' },
  }),
})

export const errorEvent = defineFault({
  summary: 'send an error event under status 200 after n tokens, then [DONE]',
  schema: z.strictObject({
    kind: z.literal('errorEvent'),
    afterTokens,
    message: z.string().default('EngineCore encountered an issue'),
    done: z.boolean().default(true),
  }),
  reply(answer, fault) {
    const { frames, dueNs } = cutAfter(answer, fault.afterTokens)
    const tail: Frame[] = [{ dueNs, event: { kind: 'error', message: fault.message } }]
    if (fault.done) tail.push({ dueNs, event: { kind: 'done' } })
    return { ...answer, frames: [...frames, ...tail] }
  },
})

export const noDone = defineFault({
  summary: 'leave out [DONE]',
  schema: z.strictObject({ kind: z.literal('noDone') }),
  reply: (answer) => ({ ...answer, frames: answer.frames.filter(({ event }) => event.kind !== 'done') }),
})

export const noFinish = defineFault({
  summary: 'end the stream cleanly after n tokens without a finish reason (done=true: with [DONE])',
  schema: z.strictObject({ kind: z.literal('noFinish'), afterTokens, done: z.boolean().default(false) }),
  reply(answer, fault) {
    const { frames, dueNs } = cutAfter(answer, fault.afterTokens)
    const kept = frames
      .filter(({ event }) => event.kind !== 'finish' && event.kind !== 'done')
      .map((frame) => changeToken(frame, { finishReason: null }))
    return { ...answer, frames: fault.done ? [...kept, { dueNs, event: { kind: 'done' } }] : kept }
  },
})

export const finish = defineFault({
  summary: 'end with this finish reason instead',
  schema: z.strictObject({ kind: z.literal('finish'), reason: z.string().default('abort') }),
  generate: (generation, fault) => ({ ...generation, finishReason: fault.reason }),
})

export const separateFinish = defineFault({
  summary: 'send the finish reason in an event of its own, without text',
  schema: z.strictObject({ kind: z.literal('separateFinish') }),
  reply: (answer) => ({
    ...answer,
    frames: answer.frames.flatMap((frame): Frame[] => {
      const { event, dueNs } = frame
      if (!isToken(event) || event.finishReason === null) return [frame]
      const finished: Frame = { dueNs, event: { kind: 'finish', reason: event.finishReason } }
      return [changeToken(frame, { finishReason: null }), finished]
    }),
  }),
})

export const closeAfterReply = defineFault({
  summary: 'close the connection after a whole reply (announced=false: without `connection: close`)',
  schema: z.strictObject({ kind: z.literal('closeAfterReply'), announced: z.boolean().default(true) }),
  reply: (answer, fault) => ({ ...answer, connection: fault.announced ? 'announced' : 'dropped' }),
})
