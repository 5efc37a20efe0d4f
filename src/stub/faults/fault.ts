import type { z } from 'zod'
import type { Answer, Generation, Reply } from '../reply.ts'

/** A way of answering that a client must cope with: it changes what is generated, or the script of the reply. */
export interface FaultKind<S extends z.ZodObject> {
  readonly summary: string
  readonly schema: S
  readonly generate?: (generation: Generation, fault: z.output<S>) => Generation
  readonly reply?: (answer: Answer, fault: z.output<S>) => Reply
}

export function defineFault<S extends z.ZodObject>(kind: FaultKind<S>): FaultKind<S> {
  return kind
}
