import { z } from 'zod'
import { UserError } from '../errors.ts'
import { describeIssue } from '../issue-words.ts'
import { counterWordNames } from './counter-words.ts'
import { faultSchema } from './faults/index.ts'
import { promptCounterNames } from './prompt-tokens.ts'
import { scheduleSchema } from './schedules/index.ts'

export const optionsSchema = z.strictObject({
  wire: z.enum(['openai', 'fastgen']).default('openai'),
  host: z.string().default('127.0.0.1'),
  /** 0: any free port. */
  port: z.int().min(0).max(65535).default(0),
  /** Speaks TLS, with a certificate of its own for `localhost` and 127.0.0.1. */
  tls: z.boolean().default(false),
  schedule: scheduleSchema.default({ kind: 'fixed', ttftMs: 200, itlMs: 20 }),
  tokensPerChunk: z.int().positive().default(1),
  eventsPerWrite: z.int().positive().default(1),
  /** Seed of all that a schedule draws; a request's draws depend on it and on the request's place in the order of arrival. */
  seed: z.int().default(1),
  models: z.array(z.string()).default(['stub']),
  apiKey: z.string().nullable().default(null),
  /** Longest prompt + output; more is refused with 400. */
  maxModelLength: z.int().positive().nullable().default(null),
  /** Whose words the refusal uses. */
  overflowWording: z.enum(['openai', 'vllm']).default('openai'),
  defaultMaxTokens: z.int().positive().default(16),
  promptTokens: z.enum(promptCounterNames).default('words'),
  /** Reported in `prompt_tokens_details` when set. */
  cachedTokens: z.int().nonnegative().nullable().default(null),
  /** Whose names the counters under /metrics have. */
  counters: z.enum(counterWordNames).default('stub'),
  headers: z.enum(['early', 'withFirst']).default('early'),
  /** An idle connection is closed after this long; null: never. */
  keepAliveMs: z.number().positive().nullable().default(null),
  /** Everything but the stub's own routes answers 503 for this long after the start. */
  readyAfterMs: z.number().nonnegative().default(0),
  /** Each fault strikes every n-th generation request, in order of arrival, the n-th being the first. */
  faults: z.array(z.strictObject({ fault: faultSchema, every: z.int().positive().default(1) })).default([]),
  /** The log keeps this many of the latest requests. */
  logRequests: z.int().positive().default(100_000),
})

/** What a caller gives; the rest takes its default. */
export type StubOptions = z.input<typeof optionsSchema>
export type StubSettings = z.output<typeof optionsSchema>

export function settle(options: StubOptions): StubSettings {
  const parsed = optionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new UserError(`stub: ${issue ? describeIssue(issue, options) : 'not understood'}`, 2)
}

/** Holds as JSON what one request settles for itself, where a body has no place for it. */
export const overridesHeader = 'x-stub-overrides'

/** What one request may settle for itself, in the body's field `stub`. */
export const overridesSchema = z.strictObject({
  schedule: scheduleSchema.optional(),
  tokensPerChunk: z.int().positive().optional(),
  eventsPerWrite: z.int().positive().optional(),
  /** Token-carrying events are filled up to so many bytes of data. */
  eventBytes: z.int().positive().max(1_000_000).optional(),
  faults: z.array(faultSchema).optional(),
})
export type Overrides = z.output<typeof overridesSchema>
