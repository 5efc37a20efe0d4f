import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { describeIssue } from '../../issue-words.ts'
import type { Answer, Generation, Reply } from '../reply.ts'
import { badEvent, clamp, emptyText, noUsage, reasoning, short, stop, toolCall } from './content.ts'
import { closeAfterReply, cut, errorEvent, finish, hang, noDone, noFinish, reset, separateFinish } from './endings.ts'
import type { FaultKind } from './fault.ts'
import { earlyRole, pings, stall } from './pace.ts'
import { garbage, headersOnly, redirect, silence, status } from './refusals.ts'
import { coalesce, crlf, lateHeaders, oneChunk, plainJson, tokensPerChunk } from './shape.ts'

export const faults = {
  reset,
  cut,
  hang,
  errorEvent,
  noDone,
  noFinish,
  finish,
  separateFinish,
  closeAfterReply,
  status,
  redirect,
  garbage,
  silence,
  headersOnly,
  stall,
  earlyRole,
  pings,
  tokensPerChunk,
  coalesce,
  oneChunk,
  plainJson,
  crlf,
  lateHeaders,
  noUsage,
  short,
  clamp,
  stop,
  reasoning,
  toolCall,
  emptyText,
  badEvent,
} as const satisfies Record<string, FaultKind<z.ZodObject>>

export type FaultName = keyof typeof faults
/** A fault as data; what is left out takes its default. */
export type FaultInput = { [K in FaultName]: z.input<(typeof faults)[K]['schema']> }[FaultName]
export type Fault = { [K in FaultName]: z.output<(typeof faults)[K]['schema']> }[FaultName]

export const faultSchema = z.discriminatedUnion(
  'kind',
  Object.values(faults).map((fault) => fault.schema) as unknown as [(typeof faults)[FaultName]['schema']],
) as unknown as z.ZodType<Fault, FaultInput>

function kindOf(fault: Fault): FaultKind<z.ZodObject> {
  return faults[fault.kind]
}

export function changeGeneration(generation: Generation, list: readonly Fault[]): Generation {
  return list.reduce((changed, fault) => kindOf(fault).generate?.(changed, fault) ?? changed, generation)
}

/** Faults after one that refuses the request have nothing left to change. */
export function changeAnswer(answer: Answer, list: readonly Fault[]): Reply {
  return list.reduce<Reply>((reply, fault) => {
    if (reply.kind !== 'answer') return reply
    return kindOf(fault).reply?.(reply, fault) ?? reply
  }, answer)
}

/** Reads `name` or `name:key=value,key=value`; names and keys may be written in kebab case. */
export function parseFault(text: string): Fault {
  const colon = text.indexOf(':')
  const kind = camel(colon < 0 ? text : text.slice(0, colon))
  if (!Object.hasOwn(faults, kind)) {
    throw new UserError(`stub: no fault is called "${kind}". There are: ${Object.keys(faults).join(', ')}`, 2)
  }
  const fault: Record<string, unknown> = { kind }
  for (const pair of colon < 0 ? [] : text.slice(colon + 1).split(',')) {
    const [key = '', value = ''] = pair.split(/=(.*)/s)
    fault[camel(key.trim())] = scalar(value)
  }
  const parsed = faultSchema.safeParse(fault)
  if (parsed.success) return parsed.data
  const allowed = Object.keys(faults[kind as FaultName].schema.shape).filter((key) => key !== 'kind')
  const [issue] = parsed.error.issues
  throw new UserError(
    `stub: fault "${text}": ${issue ? describeIssue(issue, fault) : 'not understood'}. It takes: ${allowed.join(', ') || 'nothing'}`,
    2,
  )
}

function camel(text: string): string {
  return text.trim().replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function scalar(text: string): string | number | boolean {
  if (text === 'true' || text === 'false') return text === 'true'
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
