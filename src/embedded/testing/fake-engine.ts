import { setTimeout as delay } from 'node:timers/promises'
import type { Engine, EngineSampling, StepItem } from '../engine.ts'

/** Tokens are the bytes of UTF-8, and two that have no text. */
export const endToken = 256
export const beginToken = 257

export interface FakeEngineOptions {
  readonly slots?: number
  readonly maxModelLength?: number
  readonly maxBatchedTokens?: number
  /** The bytes that each generation gives, over and over; or its tokens. */
  readonly output?: string | readonly number[]
  readonly stepMilliseconds?: number
  /** Thrown by each step, when set. */
  readonly stepError?: Error
  readonly releaseError?: Error
}

/** An engine that follows a script and notes what it was asked. It throws when the engine's contract is broken. */
export class FakeEngine implements Engine {
  readonly slots: number
  readonly maxModelLength: number
  readonly maxBatchedTokens: number
  readonly vocabularySize = 258
  readonly steps: (readonly StepItem[])[] = []
  readonly started: { readonly slot: number; readonly sampling: EngineSampling }[] = []
  readonly #options: FakeEngineOptions
  readonly #script: readonly number[]
  readonly #generated = new Map<number, number>()
  #stepping = false

  constructor(options: FakeEngineOptions = {}) {
    this.slots = options.slots ?? 4
    this.maxModelLength = options.maxModelLength ?? 1000
    this.maxBatchedTokens = options.maxBatchedTokens ?? 512
    this.#options = options
    const { output = 'abcdefgh' } = options
    this.#script = typeof output === 'string' ? [...Buffer.from(output)] : output
  }

  tokenize(text: string, addSpecial: boolean): readonly number[] {
    const bytes = [...Buffer.from(text)]
    return addSpecial ? [beginToken, ...bytes] : bytes
  }

  detokenize(tokens: readonly number[], _before: readonly number[]): string {
    return Buffer.from(tokens.filter((token) => token < 256)).toString('utf8')
  }

  isEndOfGeneration(token: number): boolean {
    return token === endToken
  }

  start(slot: number, sampling: EngineSampling): void {
    if (this.#generated.has(slot)) throw new Error(`slot ${slot} was not released`)
    this.#generated.set(slot, 0)
    this.started.push({ slot, sampling })
  }

  async step(items: readonly StepItem[]): Promise<readonly (number | null)[]> {
    if (this.#stepping) throw new Error('two steps at once')
    this.#stepping = true
    this.steps.push(items)
    await delay(this.#options.stepMilliseconds ?? 0)
    this.#stepping = false
    if (this.#options.stepError !== undefined) throw this.#options.stepError
    return items.map(({ slot, sample }) => {
      const index = this.#generated.get(slot)
      if (index === undefined) throw new Error(`slot ${slot} was not started`)
      if (!sample) return null
      this.#generated.set(slot, index + 1)
      return this.#script[index % this.#script.length] ?? 0
    })
  }

  release(slot: number): Promise<void> {
    if (this.#stepping) throw new Error('release during a step')
    if (this.#options.releaseError !== undefined) return Promise.reject(this.#options.releaseError)
    this.#generated.delete(slot)
    return Promise.resolve()
  }

  dispose(): Promise<void> {
    return Promise.resolve()
  }
}
