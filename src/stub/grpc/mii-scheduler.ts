import type { Pacer } from '../pacer.ts'
import { readKwargs, type MiiGeneration } from './generation-kwargs.ts'

export type Admission =
  | { readonly kind: 'run'; readonly generation: MiiGeneration }
  | { readonly kind: 'refuse'; readonly why: string }
  /** Nothing ever comes: the load balancer waits 600 s for a replica that will not answer. */
  | { readonly kind: 'hang' }

/** What of MII lives on between requests: one that breaks it breaks those after it, too. */
export class MiiScheduler {
  readonly #maxLength: number
  readonly #pacer: Pacer
  readonly #running = new Map<string, number>()
  #dead = false
  #poisoned = false

  constructor(maxLength: number, pacer: Pacer) {
    this.#maxLength = maxLength
    this.#pacer = pacer
  }

  admit(
    kwargs: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
    promptTokens: number,
    method: 'unary' | 'stream',
  ): Admission {
    if (this.#dead) return { kind: 'hang' }
    const read = readKwargs(kwargs, promptTokens, this.#maxLength)
    // An error of a stream is told to nobody.
    if (!read.ok) return method === 'stream' ? { kind: 'hang' } : { kind: 'refuse', why: read.why }
    if (this.#poisoned && method === 'unary') return { kind: 'refuse', why: 'uid mismatch' }
    const { generation } = read
    if (method === 'unary' && generation.stream) {
      this.#poisoned = true
      return { kind: 'run', generation: { ...generation, maxTokens: 1 } }
    }
    if ([...this.#running.keys()].some((keys) => keys !== generation.samplingKeys)) {
      this.#dead = true
      return { kind: 'hang' }
    }
    return { kind: 'run', generation }
  }

  /** Generates until then, whether its client still listens or not. */
  runUntil({ samplingKeys }: MiiGeneration, dueNs: number): void {
    this.#running.set(samplingKeys, (this.#running.get(samplingKeys) ?? 0) + 1)
    this.#pacer.at(dueNs, () => {
      const left = (this.#running.get(samplingKeys) ?? 1) - 1
      if (left === 0) this.#running.delete(samplingKeys)
      else this.#running.set(samplingKeys, left)
    })
  }
}
