/** What the scheduler needs of an inference engine. One `step` is one forward pass over all its items. */
export interface Engine {
  /** Most sequences that can be held at once; they are numbered from 0. */
  readonly slots: number
  /** Longest prompt + output of one sequence, in tokens. */
  readonly maxModelLength: number
  /** Most tokens in one step. */
  readonly maxBatchedTokens: number
  /** Ids are from 0 to this, exclusive. */
  readonly vocabularySize: number
  /** The ids of a text. `addSpecial` puts the begin token first where the model wants one. */
  tokenize(text: string, addSpecial: boolean): readonly number[]
  /** The text of ids that follow `before`. A character that is not whole yet comes as U+FFFD. */
  detokenize(tokens: readonly number[], before: readonly number[]): string
  isEndOfGeneration(token: number): boolean
  /** Readies an empty slot. */
  start(slot: number, sampling: EngineSampling): void
  /**
   * Evaluates the items' tokens together, at most one item a slot; answers the sampled token of each item that asks for one, null
   * for the others. After the first sampled token of a slot an item holds exactly the token sampled last.
   */
  step(items: readonly StepItem[]): Promise<readonly (number | null)[]>
  /** Empties a slot. Never during a step. */
  release(slot: number): Promise<void>
  dispose(): Promise<void>
}

export interface StepItem {
  readonly slot: number
  readonly tokens: readonly number[]
  readonly sample: boolean
}

export interface EngineSampling {
  /** 0: greedy. */
  readonly temperature: number
  /** 1: off. */
  readonly topP: number
  /** 0: off. */
  readonly topK: number
  readonly seed: number
}
