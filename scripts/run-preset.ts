import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { exitOnUserError, UserError } from '../src/errors.ts'
import { parseFlags } from '../src/plan/flags.ts'
import { presets, type PresetId } from '../src/plan/presets/index.ts'
import { checkNeeds, presetWords, type Preset } from '../src/plan/presets/preset.ts'
import { flagsTakenByNpm } from './npm-flags.ts'
import { sortWords } from './sort-words.ts'

/** Runs a sweep by name: `npm run bench` with the words of a preset, and the user's after them. */
const width = Math.max(...Object.keys(presets).map((id) => id.length))
const help = `npm run run-preset -- NAME [options of npm run bench]

${Object.values(presets)
  .map(({ id, about }: Preset) => `  ${id.padEnd(width)}  ${about}`)
  .join('\n')}

npm run run-all, run-example, run-aml and run-fp6 are those of that name. Options that are given go over the preset's:
--dry-run shows the plan, --project NAME narrows it.`

const words = exitOnUserError(commandWords)
if (words === null) console.log(help)
else {
  const bench = join(import.meta.dirname, 'bench.ts')
  const child = spawn(process.execPath, [bench, ...words], { stdio: 'inherit' })
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
}

/** What `npm run bench` is called with; null: only the help is wanted. */
function commandWords(): string[] | null {
  const [id = '--help', ...rest] = process.argv.slice(2)
  if (id === '--help' || id === '-h') return null
  if (!isPreset(id)) throw new UserError(`no preset "${id}"; known: ${Object.keys(presets).join(', ')}`, 2)
  const user = sortWords(rest)
  const hasProjects = user.vitest.some((word) => /^--project(=|$)/.test(word))
  const given = parseFlags(user.suite)
  const preset = presetWords(presets[id], { hasProjects, options: given.bench })
  // Options that npm took are told by the command itself.
  if (flagsTakenByNpm(process.env).length === 0 && given.run['help'] !== true) checkNeeds(presets[id], given.bench)
  return [...preset.vitest, ...user.vitest, '--', ...preset.suite, ...user.suite]
}

function isPreset(id: string): id is PresetId {
  return Object.hasOwn(presets, id)
}
