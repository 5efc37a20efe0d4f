import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { readCommandLine } from '../fixtures/command-line.ts'
import { findBenchFiles } from '../fixtures/projects.ts'
import { selectNames } from '../fixtures/select-names.ts'
import { backends } from '../src/backends/index.ts'
import { exitOnUserError, UserError } from '../src/errors.ts'
import { loadBench } from '../src/plan/load-bench.ts'
import { presets, type PresetId } from '../src/plan/presets/index.ts'
import { checkNeeds, presetProjects, presetWords, type Preset } from '../src/plan/presets/preset.ts'
import type { Tag } from '../src/plan/tags.ts'
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

const words = await exitOnUserError(commandWords)
if (words === null) console.log(help)
else {
  const bench = join(import.meta.dirname, 'bench.ts')
  const child = spawn(process.execPath, [bench, ...words], {
    stdio: 'inherit',
    env: { ...process.env, SERVEMARK_PARENT: String(process.pid) },
  })
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
}

/** What `npm run bench` is called with; null: only the help is wanted. */
async function commandWords(): Promise<string[] | null> {
  const [id = '--help', ...rest] = process.argv.slice(2)
  if (id === '--help' || id === '-h') return null
  if (!isPreset(id)) throw new UserError(`no preset "${id}"; known: ${Object.keys(presets).join(', ')}`, 2)
  const preset: Preset = presets[id]
  const { vitest, suite } = sortWords(rest)
  const { flags, run } = readCommandLine(['', '', '--', ...suite])
  // Options that npm took are told by the command itself.
  if (flagsTakenByNpm(process.env).length === 0 && !run.help) checkNeeds(preset, flags.bench)
  const { patterns, others } = splitProjects(vitest)
  const benches = await tagsOf(run.benches)
  const names = benches.map(({ name }) => name)
  const projects = presetProjects(preset, benches, patterns.length === 0 ? null : selectNames(patterns, names))
  if (projects.length === 0) {
    throw new UserError(`Nothing ran: no bench of ${id} matches ${patterns.join(' ')}; known: ${names.join(', ')}`)
  }
  const selection = projects.flatMap((name) => ['--project', name])
  return [...selection, ...others, '--', ...presetWords(preset, flags.bench), ...suite]
}

function splitProjects(words: readonly string[]): { patterns: string[]; others: string[] } {
  const patterns: string[] = []
  const others: string[] = []
  for (const [index, word] of words.entries()) {
    if (words[index - 1] === '--project') patterns.push(word)
    else if (word.startsWith('--project=')) patterns.push(word.slice('--project='.length))
    else if (word !== '--project') others.push(word)
  }
  return { patterns, others }
}

async function tagsOf(folder: string): Promise<{ name: string; tags: readonly Tag[] }[]> {
  const files = findBenchFiles(dirname(import.meta.dirname), folder)
  const loaded = await Promise.all(files.map(({ name, path }) => loadBench(name, path, path, {}, backends)))
  return loaded.map(({ name, bench }) => ({ name, tags: bench.tags }))
}

function isPreset(id: string): id is PresetId {
  return Object.hasOwn(presets, id)
}
