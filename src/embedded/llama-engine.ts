import { availableParallelism } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import type { LlamaContextSequence, LlamaModel, Token } from 'node-llama-cpp'
import { UserError } from '../errors.ts'
import type { Engine, EngineSampling, StepItem } from './engine.ts'

export interface LlamaEngineOptions {
  readonly modelPath: string
  readonly slots: number
  readonly maxModelLength: number
  readonly maxBatchedTokens: number
  /** Compute threads. More than cores - 1 starve the HTTP side and the load generator. */
  readonly threads: number
  /** Takes llama.cpp's own messages once it is loaded, one line each. */
  readonly log: (line: string) => void
}

export interface LlamaEngine extends Engine {
  readonly identity: Readonly<Record<string, string | number>>
}

/** llama.cpp's messages cross threads, and may come after the error that they explain. */
const logLagMilliseconds = 100

export function defaultThreads(): number {
  return Math.max(1, availableParallelism() - 1)
}

/**
 * Loads llama.cpp (prebuilt, CPU), the model and a context with one sequence a slot. Throws UserError when there is no prebuilt
 * binary, when the file is broken, or when the context does not fit into memory or model.
 */
export async function loadLlamaEngine(options: LlamaEngineOptions): Promise<LlamaEngine> {
  // While loading, the first message becomes part of the error's one line: the cause comes before what follows from it.
  let cause = ''
  let log = (line: string): void => {
    cause ||= line
  }
  const { getLlama, LlamaLogLevel, NoBinaryFoundError, InsufficientMemoryError } = await import('node-llama-cpp')
  const llama = await getLlama({
    gpu: false,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: options.threads,
    logLevel: LlamaLogLevel.error,
    logger: (_level, message) => log(message.trim().replaceAll(/\s*\n\s*/g, ' ')),
  }).catch((error: unknown) => {
    if (error instanceof NoBinaryFoundError) {
      throw new UserError(
        `the embedded server has no prebuilt llama.cpp for ${process.platform} ${process.arch} here (Linux needs glibc 2.34 or newer)`,
      )
    }
    throw error
  })

  const model = await llama.loadModel({ modelPath: options.modelPath }).catch(async (error: unknown) => {
    await delay(logLagMilliseconds)
    throw new UserError(`model: llama.cpp cannot load ${options.modelPath}: ${cause || firstLine(error)}`)
  })
  const { trainContextSize } = model
  if (options.maxModelLength > trainContextSize) {
    await llama.dispose()
    throw new UserError(
      `--max-model-len ${options.maxModelLength} exceeds the ${trainContextSize} tokens that the model was made for`,
    )
  }

  const context = await model
    .createContext({
      sequences: options.slots,
      contextSize: options.maxModelLength,
      batchSize: options.maxBatchedTokens,
      threads: options.threads,
      failedCreationRemedy: false,
    })
    .catch(async (error: unknown) => {
      await llama.dispose()
      const message = firstLine(error)
      if (!(error instanceof InsufficientMemoryError) && !/too large/i.test(message)) throw error
      throw new UserError(
        `${options.slots} slots of ${options.maxModelLength} tokens do not fit into memory: ${message}. Lower --slots or --max-model-len`,
      )
    })
  log = options.log
  const slots = Array.from({ length: options.slots }, () => new Slot(context.getSequence()))

  return {
    slots: options.slots,
    maxModelLength: options.maxModelLength,
    maxBatchedTokens: options.maxBatchedTokens,
    vocabularySize: vocabularySize(model),
    identity: {
      engine: 'llama.cpp',
      llama_cpp_release: llama.llamaCppRelease.release,
      device: 'cpu',
      threads: options.threads,
      slots: options.slots,
      max_model_len: options.maxModelLength,
      max_num_batched_tokens: options.maxBatchedTokens,
      model_type: model.typeDescription,
      model_bytes: model.size,
    },
    tokenize: (text, addSpecial) => tokenize(model, text, addSpecial),
    detokenize: (tokens, before) => model.detokenize(tokens as Token[], false, before as Token[]),
    isEndOfGeneration: (token) => model.isEogToken(token as Token),
    start: (slot, sampling) => slotAt(slots, slot).start(sampling),
    step: (items) => step(slots, items),
    release: (slot) => slotAt(slots, slot).release(),
    dispose: () => llama.dispose(),
  }
}

/**
 * All items are queued in the same turn of the event loop, so that llama.cpp decodes them as one batch; their sum never exceeds
 * its batch size.
 */
async function step(slots: readonly Slot[], items: readonly StepItem[]): Promise<readonly (number | null)[]> {
  const settled = await Promise.allSettled(items.map((item) => slotAt(slots, item.slot).advance(item)))
  return settled.map((result) => {
    if (result.status === 'rejected') throw result.reason
    return result.value
  })
}

/** One sequence of the context. A generation is one `evaluate` call, which keeps one sampler for all its tokens. */
class Slot {
  readonly #sequence: LlamaContextSequence
  #sampling: EngineSampling = { temperature: 0, topP: 1, topK: 0, seed: 0 }
  #generation: ReturnType<LlamaContextSequence['evaluate']> | null = null

  constructor(sequence: LlamaContextSequence) {
    this.#sequence = sequence
  }

  start(sampling: EngineSampling): void {
    this.#sampling = sampling
  }

  async advance({ tokens, sample }: StepItem): Promise<number | null> {
    if (!sample) {
      await this.#sequence.evaluateWithoutGeneratingNewTokens(tokens as Token[])
      return null
    }
    const result =
      this.#generation === null ? await this.#begin(tokens) : await this.#generation.next(tokens as Token[])
    if (result.done === true) throw new Error('llama.cpp ended a sequence by itself')
    return result.value
  }

  async release(): Promise<void> {
    await this.#generation?.return()
    this.#generation = null
    await this.#sequence.clearHistory()
  }

  #begin(tokens: readonly number[]): Promise<IteratorResult<Token, void>> {
    const { temperature, topP, topK, seed } = this.#sampling
    this.#generation = this.#sequence.evaluate(tokens as Token[], {
      temperature,
      topP,
      topK,
      seed,
      yieldEogToken: true,
    })
    return this.#generation.next()
  }
}

function slotAt(slots: readonly Slot[], index: number): Slot {
  const slot = slots[index]
  if (slot === undefined) throw new RangeError(`no slot ${index}`)
  return slot
}

function tokenize(model: LlamaModel, text: string, addSpecial: boolean): readonly number[] {
  const tokens = model.tokenize(text, true)
  const begin = model.tokens.bos
  return addSpecial && model.tokens.shouldPrependBosToken && begin !== null ? [begin, ...tokens] : tokens
}

function vocabularySize(model: LlamaModel): number {
  const tokens: unknown = model.fileInfo.metadata.tokenizer.ggml.tokens
  return Array.isArray(tokens) ? tokens.length : Number.MAX_SAFE_INTEGER
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''
}
