import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PythonEnvironment } from './python-environment.ts'
import type { Workshop } from './workshop.ts'

const script = fileURLToPath(new URL('../python/tiny_llama.py', import.meta.url))

/**
 * The folder of a Llama with 4 million random weights, its tokenizer and chat template, in Hugging Face's format; 8192 tokens of
 * context, 4096 of vocabulary. `environment` must hold torch and transformers; whichever comes first makes it for all.
 */
export async function tinyLlama(workshop: Workshop, { python }: PythonEnvironment): Promise<string> {
  return await workshop.ensure({
    name: join('models', 'tiny-llama'),
    ingredients: [readFileSync(script, 'utf8')],
    make: async (folder) => await workshop.run('tiny-llama', [python, script, folder], { CUDA_VISIBLE_DEVICES: '' }),
  })
}
