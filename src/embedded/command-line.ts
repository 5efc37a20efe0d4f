import { parseArgs } from 'node:util'
import { UserError } from '../errors.ts'
import { defaultModel } from './models.ts'

export type Command = { readonly kind: 'help' } | ({ readonly kind: 'serve' } & ServeOptions)

export interface ServeOptions {
  readonly model: string
  readonly servedModelName: string
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly slots: number
  readonly maxModelLength: number
  readonly maxBatchedTokens: number
  /** Null: one less than the cores. */
  readonly threads: number | null
  readonly apiKey: string | null
}

/** Read when `--api-key` is not given, because a command line can be seen by all users of the machine. */
export const apiKeyVariable = 'SERVEMARK_EMBEDDED_API_KEY'

export const helpText = `Usage: node process.ts [flags]

Serves one model with llama.cpp on the CPU, OpenAI-compatible.

  --model NAME|FILE             built-in model, or the path of a .gguf file (${defaultModel})
  --served-model-name NAME      name in requests (what --model says)
  --host HOST                   address to listen at (127.0.0.1)
  --port PORT                   0: any free one (8080)
  --slots N                     requests that run at once; more wait (8)
  --max-model-len N             longest prompt + output in tokens (2048)
  --max-num-batched-tokens N    most tokens of one step; long prompts go in chunks (512)
  --threads N                   compute threads (cores - 1)
  --api-key KEY                 key that /v1 asks for; better given as ${apiKeyVariable}
  --help                        this text
`

/** Throws UserError (exit code 2) for unknown flags and wrong values. */
export function parseCommandLine(args: readonly string[], environment: NodeJS.ProcessEnv): Command {
  const values = parse(args)
  if (values.help === true) return { kind: 'help' }
  const model = values.model ?? defaultModel
  const slots = wholeNumber('--slots', values.slots, 1, 256) ?? 8
  const maxBatchedTokens = wholeNumber('--max-num-batched-tokens', values['max-num-batched-tokens'], 1, 65_536) ?? 512
  if (maxBatchedTokens < slots) {
    throw new UserError(
      `--max-num-batched-tokens ${maxBatchedTokens} is less than --slots ${slots}: each step gives a slot one token`,
      2,
    )
  }
  return {
    kind: 'serve',
    model,
    servedModelName: values['served-model-name'] ?? model,
    host: values.host ?? '127.0.0.1',
    port: wholeNumber('--port', values.port, 0, 65_535) ?? 8080,
    slots,
    maxModelLength: wholeNumber('--max-model-len', values['max-model-len'], 2, 10_000_000) ?? 2048,
    maxBatchedTokens,
    threads: wholeNumber('--threads', values.threads, 1, 1024),
    apiKey: values['api-key'] ?? (environment[apiKeyVariable] || null),
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        model: { type: 'string' },
        'served-model-name': { type: 'string' },
        host: { type: 'string' },
        port: { type: 'string' },
        slots: { type: 'string' },
        'max-model-len': { type: 'string' },
        'max-num-batched-tokens': { type: 'string' },
        threads: { type: 'string' },
        'api-key': { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('. ', 1)[0] ?? '') : String(error)
    throw new UserError(`${reason}. See --help`, 2)
  }
}

function wholeNumber(flag: string, value: string | undefined, least: number, most: number): number | null {
  if (value === undefined) return null
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= least && number <= most) return number
  throw new UserError(`${flag} ${value}: must be a whole number from ${least} to ${most}`, 2)
}
