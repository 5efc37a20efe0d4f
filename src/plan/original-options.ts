/** What an option of the original is here, when it is not simply another name of an option in `options.ts`. */
export type OriginalOption =
  /** Another name of the option with this key. */
  | { readonly means: 'key'; readonly key: string }
  /** Sets the option with this key; takes no value. */
  | { readonly means: 'value'; readonly key: string; readonly value: unknown }
  /** Taken, with or without a value, and explained. */
  | { readonly means: 'nothing'; readonly note: string }

const named = (key: string): OriginalOption => ({ means: 'key', key })
const without = (note: string): OriginalOption => ({ means: 'nothing', note })

const task = without('--task has no meaning here: text generation is what is measured')
const outFile = without('--out_json_path has no meaning here: each point has a file of its own under --out-dir')

/**
 * Names that only the original has: those of its first generation, its short ones, and what has no meaning here. Long names
 * with dashes instead of underscores.
 */
const originalOptions: Readonly<Record<string, OriginalOption>> = {
  '--model-name': named('model'),
  '--ragged-batch-size': named('maxRaggedBatchSize'),
  '--replica-num': named('replicas'),
  '--max-new-tokens': named('outputTokens'),
  '--prompt-length': named('promptTokens'),
  '--num-queries': named('requests'),
  '--client-num': named('clients'),
  '--vllm': { means: 'value', key: 'backends', value: ['vllm'] },
  '--task': task,
  '--out-json-path': outFile,
  '--use-thread': { means: 'value', key: 'loadThreads', value: 'auto' },
  '--no-model-defaults': without(
    '--no_model_defaults has no effect: lengths are those of the bench file or of options',
  ),
  '-m': named('tensorParallel'),
  '-b': named('maxRaggedBatchSize'),
  '-r': named('replicas'),
  '-d': named('deploymentName'),
  '-k': named('outputTokens'),
  '-l': named('promptTokens'),
  '-n': named('requests'),
  '-c': named('clients'),
  '-w': named('warmup'),
  '-t': task,
  '-o': outFile,
}

/** `raw`: with its dashes; `-t` is taken too, which before a `--` is Vitest's. */
export function findOriginalOption(raw: string): OriginalOption | null {
  const name = raw.startsWith('--') ? raw.replaceAll('_', '-') : raw
  return Object.hasOwn(originalOptions, name) ? (originalOptions[name] ?? null) : null
}

/** `-k60`, as Python's argparse takes it, in two words. */
export function splitShortOption(word: string): string[] {
  const match = /^(-[a-z])=?(\d.*)$/.exec(word)
  return match?.[1] && match[2] && findOriginalOption(match[1]) ? [match[1], match[2]] : [word]
}
