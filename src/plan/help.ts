import { flagOf } from './flags.ts'
import { optionMeta, type OptionMeta } from './options/option.ts'
import { runOptions } from './options/run.ts'
import { benchOptions } from './options.ts'

const titles: Record<OptionMeta['group'], string> = {
  server: 'Server',
  endpoint: 'Endpoint',
  load: 'Load',
  workload: 'Workload',
  limits: 'Limits',
  results: 'Results',
  run: 'Run',
}

/** The help text: every flag with its meaning, aliases and default, by group. `width` in characters. */
export function helpText(width = 100): string {
  const lines = [
    'npm run bench -- [--project NAME] [options]     one "--" is enough; Vitest\'s own options work too:',
    "  --project NAME  --tags-filter 'smoke && cpu'  -t 'clients=1$'  --reporter=junit  --shard=1/2",
    'A flag --prompt-tokens is the key promptTokens of a bench file. Defaults hold where the file says nothing.',
    '',
  ]
  for (const [group, title] of Object.entries(titles)) {
    lines.push(`${title}:`)
    for (const [key, schema] of Object.entries({ ...benchOptions, ...runOptions })) {
      const meta = optionMeta(schema)
      if (meta.group !== group || meta.fileOnly) continue
      lines.push(...entry(key, meta, schema.description ?? '', defaultOf(schema, meta), width))
    }
    lines.push('')
  }
  lines.push("Keys: SERVEMARK_API_KEY, else OPENAI_API_KEY. Trust: the system's certificates and NODE_EXTRA_CA_CERTS.")
  lines.push('HTTP_PROXY and HTTPS_PROXY are not used. Flags may be written with _ or -.')
  return lines.join('\n')
}

function entry(key: string, meta: OptionMeta, description: string, standard: string, width: number): string[] {
  const isOn = meta.value === undefined && standard === 'on'
  const flag = isOn ? flagOf(key).replace('--', '--[no-]') : flagOf(key)
  const head = `  ${[flag, meta.value && `${meta.value}${meta.list ? ' ...' : ''}`].filter(Boolean).join(' ')}`
  const extras = [
    meta.aliases && `also ${meta.aliases.join(', ')}`,
    meta.value !== undefined && `default: ${standard}`,
  ].filter(Boolean)
  const text = `${description}${extras.length > 0 ? ` (${extras.join('; ')})` : ''}`
  const indent = 34
  const wrapped = wrap(text, width - indent)
  const first =
    head.length < indent - 1
      ? [head.padEnd(indent) + (wrapped[0] ?? '')]
      : [head, ' '.repeat(indent) + (wrapped[0] ?? '')]
  return [...first, ...wrapped.slice(1).map((line) => ' '.repeat(indent) + line)]
}

function defaultOf(
  schema: { safeParse(value: unknown): { success: boolean; data?: unknown } },
  meta: OptionMeta,
): string {
  if (meta.defaultText) return meta.defaultText
  const standard = schema.safeParse(undefined)
  if (!standard.success || standard.data === null) return 'none'
  if (typeof standard.data === 'boolean') return standard.data ? 'on' : 'off'
  return Array.isArray(standard.data) ? standard.data.join(' ') : JSON.stringify(standard.data)
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line)
      line = word
    } else line = line ? `${line} ${word}` : word
  }
  return [...lines, line]
}
