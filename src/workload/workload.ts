import { setImmediate } from 'node:timers/promises'
import type { Point } from '../plan/types.ts'
import { plannedLengths, type LengthsPoint, type PlannedLengths, type RequestLengths } from './planned-lengths.ts'
import { readPromptsFile, type ChatMessage, type FilePrompt } from './prompts-file.ts'
import { longestSharedPrefix, promptShaper, saltWords, type SaltSource } from './prompts.ts'
import { builtInTextSha256 } from './text.ts'
import type { ResolvedTokenizer } from './tokenizers/tokenizer.ts'

/** One request to be, before a backend gives it its form. */
export interface WorkloadItem {
  /** Measured requests count from 0 in the order of sending, warm-up goes on after the last of them. */
  readonly item: number
  readonly prompt: string
  readonly messages: readonly ChatMessage[] | null
  /** The length the prompt was made for; null for prompts of a file. */
  readonly askedPromptTokens: number | null
  /**
   * What the model's tokenizer counts in the prompt, without special tokens. Null where it is unknown: the tokenizer only shapes, or
   * the prompt is messages, to which the server adds its template.
   */
  readonly promptTokens: number | null
  readonly outputTokens: number
  readonly session: string | null
  readonly turn: number | null
}

export interface WorkloadSpec {
  readonly point: LengthsPoint & Pick<Point, 'promptsFile' | 'salt'>
  readonly pointKey: string
  readonly repeat: number
  /** The run's nonce; the point's `salt` replays another's. */
  readonly nonce: string
  /** Warm-up requests of a round: one for each client. */
  readonly warmupPerRound: number
  /** Most tokens of prompt and output together that the server takes; null if it did not say. Made prompts keep to it, a file's do not. */
  readonly maxTotalTokens: number | null
  readonly tokenizer: ResolvedTokenizer
}

export interface Workload {
  readonly kind: 'salted' | 'classic' | 'file'
  readonly warmup: readonly WorkloadItem[]
  readonly measure: readonly WorkloadItem[]
  /** Lines that a reader of the results should know. */
  readonly notes: readonly string[]
  readonly tokenizer: Pick<ResolvedTokenizer, 'name' | 'source' | 'specialTokens'>
  /** Nonce of the salts: the same again makes the same prompts. Null: the measured prompts carry no salt. */
  readonly salt: string | null
  readonly textSha256: string
  readonly statistics: WorkloadStatistics
}

/** About the measured requests. */
export interface WorkloadStatistics {
  readonly requests: number
  /** Prompts of exactly the asked length; null where nothing was asked or the tokenizer only shapes. */
  readonly exactPrompts: number | null
  readonly meanPromptTokens: number | null
  readonly meanOutputTokens: number
  /** Tokens that two prompts of the point, warm-up included, have in common at most: what a prefix cache could reuse. */
  readonly sharedPrefixTokens: number
}

/** The requests of one point, warm-up and measured. Throws UserError for a prompts file that is not right. */
export async function buildWorkload(spec: WorkloadSpec): Promise<Workload> {
  const { maxTotalTokens, tokenizer, point } = spec
  const clamped = maxTotalTokens !== null && point.promptsFile === null
  const limit = clamped ? maxTotalTokens - tokenizer.specialTokens : null
  const lengths = plannedLengths(point, spec.warmupPerRound, limit)
  if (point.promptsFile !== null) return fromFile(spec, point.promptsFile, lengths)
  return point.prompts === 'classic' ? classic(spec, lengths) : salted(spec, lengths)
}

async function salted(spec: WorkloadSpec, lengths: PlannedLengths): Promise<Workload> {
  const measure = await saltedItems(spec, 'measure', lengths.measure, 0)
  const warmup = await saltedItems(spec, 'warmup', lengths.warmup, measure.length)
  const short = lengths.measure.filter((length) => length.promptTokens < saltWords).length
  return assemble(spec, 'salted', warmup, measure, [
    ...lengths.notes,
    ...(short > 0
      ? [
          `${short === 1 ? '1 prompt is' : `${short} prompts are`} shorter than the salt of ${saltWords} tokens: salt only`,
        ]
      : []),
  ])
}

/**
 * Warm-up takes the first prompts, as in the original. Rounds beyond the fixed ones repeat their lengths, with windows from behind
 * the measured ones, so that the measured prompts do not depend on how long the warm-up may last.
 */
async function classic(spec: WorkloadSpec, lengths: PlannedLengths): Promise<Workload> {
  const shaper = promptShaper(spec.tokenizer)
  const drawn = spec.point.warmup.rounds * spec.warmupPerRound
  const make = async (wanted: readonly RequestLengths[], firstItem: number, shift: (index: number) => number) => {
    const items: WorkloadItem[] = []
    for (const [index, length] of wanted.entries()) {
      if (index % 16 === 15) await setImmediate()
      const shaped = shaper.shifted(length.promptTokens, shift(index))
      items.push(builtInItem(spec, firstItem + index, shaped.prompt, shaped.tokens, length))
    }
    return items
  }
  const measure = await make(lengths.measure, 0, (index) => drawn + index)
  const warmup = await make(lengths.warmup, measure.length, (index) => (index < drawn ? index : measure.length + index))
  return assemble(spec, 'classic', warmup, measure, [
    ...lengths.notes,
    "classic prompts: the original's draws and windows, without salt; a prefix cache may know them from other points",
  ])
}

async function fromFile(spec: WorkloadSpec, path: string, lengths: PlannedLengths): Promise<Workload> {
  const file = await readPromptsFile(path)
  const entry = (index: number): FilePrompt => file.prompts[index % file.prompts.length] as FilePrompt
  const measure = lengths.measure.map((length, index): WorkloadItem => {
    const { prompt, messages, maxTokens, session, turn } = entry(index)
    const counted = messages || spec.tokenizer.source === 'shape' ? null : spec.tokenizer.count(prompt)
    return {
      item: index,
      prompt,
      messages,
      askedPromptTokens: null,
      promptTokens: counted,
      outputTokens: maxTokens ?? length.outputTokens,
      session,
      turn,
    }
  })
  const likeTheFile = lengths.warmup.map((length, index): RequestLengths => {
    const { prompt, maxTokens } = entry(index)
    return {
      promptTokens: Math.max(1, spec.tokenizer.count(prompt)),
      outputTokens: maxTokens ?? length.outputTokens,
    }
  })
  const warmup = await saltedItems(spec, 'warmup', likeTheFile, measure.length)

  const lines = file.prompts.length
  const notes = [
    `prompts of ${path} are sent as they are, without salt; the warm-up uses the built-in text at their lengths`,
  ]
  if (lines < measure.length) notes.push(`${path} has ${lines} prompts for ${measure.length} requests: they repeat`)
  if (lines > measure.length) notes.push(`${path} has ${lines} prompts, the first ${measure.length} are used`)
  const without = file.prompts.filter((prompt) => prompt.maxTokens === null).length
  if (without > 0) notes.push(`${without} of ${lines} prompts have no max_tokens: mean ${spec.point.outputTokens}`)
  if (file.ignoredKeys.length > 0) notes.push(`keys of ${path} that mean nothing here: ${file.ignoredKeys.join(', ')}`)
  return assemble(spec, 'file', warmup, measure, notes)
}

async function saltedItems(
  spec: WorkloadSpec,
  phase: SaltSource['phase'],
  lengths: readonly RequestLengths[],
  firstItem: number,
): Promise<WorkloadItem[]> {
  const shaper = promptShaper(spec.tokenizer)
  const items: WorkloadItem[] = []
  for (const [index, length] of lengths.entries()) {
    if (index % 16 === 15) await setImmediate()
    const shaped = shaper.salted(length.promptTokens, {
      nonce: nonceOf(spec),
      pointKey: spec.pointKey,
      repeat: spec.repeat,
      phase,
      index,
      ordinal: firstItem + index,
    })
    items.push(builtInItem(spec, firstItem + index, shaped.prompt, shaped.tokens, length))
  }
  return items
}

const nonceOf = (spec: WorkloadSpec): string => spec.point.salt ?? spec.nonce

function builtInItem(
  spec: WorkloadSpec,
  item: number,
  prompt: string,
  tokens: number,
  length: RequestLengths,
): WorkloadItem {
  return {
    item,
    prompt,
    messages: null,
    askedPromptTokens: length.promptTokens,
    promptTokens: spec.tokenizer.source === 'shape' ? null : tokens,
    outputTokens: length.outputTokens,
    session: null,
    turn: null,
  }
}

function assemble(
  spec: WorkloadSpec,
  kind: Workload['kind'],
  warmup: readonly WorkloadItem[],
  measure: readonly WorkloadItem[],
  notes: readonly string[],
): Workload {
  const { name, source, specialTokens, note } = spec.tokenizer
  const asked = kind !== 'file' && source !== 'shape'
  const exact = measure.filter((item) => item.promptTokens === item.askedPromptTokens).length
  const inexact = measure.length - exact
  const counted = measure.map((item) => item.promptTokens).filter((tokens) => tokens !== null)
  return {
    kind,
    warmup,
    measure,
    notes: [
      ...(note === null ? [] : [`tokenizer: ${note.replace(/^tokenizer: /, '')}`]),
      ...notes,
      ...(asked && inexact > 0 ? [`${inexact} of ${measure.length} prompts differ from their asked length`] : []),
    ],
    tokenizer: { name, source, specialTokens },
    salt: kind === 'salted' ? nonceOf(spec) : null,
    textSha256: builtInTextSha256,
    statistics: {
      requests: measure.length,
      exactPrompts: asked ? exact : null,
      meanPromptTokens: counted.length === measure.length ? mean(counted) : null,
      meanOutputTokens: mean(measure.map((item) => item.outputTokens)),
      sharedPrefixTokens: longestSharedPrefix(
        [...measure, ...warmup].map((item) => item.prompt),
        spec.tokenizer,
      ),
    },
  }
}

const mean = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0) / Math.max(values.length, 1)
