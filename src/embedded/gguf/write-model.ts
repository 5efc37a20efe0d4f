import { open } from 'node:fs/promises'
import { byteLength, padded } from './format.ts'
import type { Tensor } from './format.ts'
import { encodeHeader } from './header.ts'
import type { LlamaArchitecture } from './llama-model.ts'
import { initialDeviation, llamaMetadata, llamaTensors } from './llama-model.ts'
import { randomWeights } from './random-weights.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A model file that can be written, and recognised: the same header and size make the same file. */
export interface ModelBlueprint {
  readonly header: Buffer
  readonly tensors: readonly Tensor[]
  /** Size of the whole file in bytes. */
  readonly size: number
  readonly seed: number
}

export function blueprint(
  name: string,
  architecture: LlamaArchitecture,
  vocabulary: Vocabulary,
  seed: number,
): ModelBlueprint {
  const tensors = llamaTensors(architecture, vocabulary.size)
  const header = encodeHeader(llamaMetadata(name, architecture, vocabulary, seed), tensors)
  const size = tensors.reduce((sum, tensor) => sum + padded(byteLength(tensor)), header.length)
  return { header, tensors, size, seed }
}

/** Writes the file in place; the caller sees to an atomic rename. */
export async function writeModel(path: string, model: ModelBlueprint): Promise<void> {
  const file = await open(path, 'w')
  try {
    await file.writeFile(model.header)
    for (const tensor of model.tensors) {
      const weights = randomWeights(tensor, initialDeviation(tensor), model.seed)
      await file.writeFile(weights)
      await file.writeFile(new Uint8Array(padded(weights.length) - weights.length))
    }
    await file.sync()
  } finally {
    await file.close()
  }
}
