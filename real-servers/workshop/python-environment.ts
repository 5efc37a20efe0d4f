import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { UserError } from '../../src/errors.ts'
import type { Workshop } from './workshop.ts'

export interface PythonEnvironment {
  readonly folder: string
  readonly bin: string
  readonly python: string
  readonly sitePackages: string
}

/** One call of `pip install`. */
export interface PipStep {
  /** Requirements with versions, as pip takes them. */
  readonly packages: readonly string[]
  /** Leave out what they ask for: it does not fit this machine, or is not needed. */
  readonly noDependencies?: true
  readonly noBuildIsolation?: true
  readonly env?: Readonly<Record<string, string>>
}

export interface PythonRecipe {
  readonly name: string
  readonly steps: readonly PipStep[]
  /** What pip cannot do; its sources must stand in `files`. */
  readonly finish?: (environment: PythonEnvironment) => Promise<void>
  /** Files that `finish` uses: when they change, the environment is made anew. */
  readonly files?: readonly string[]
}

const oldest = [3, 11] as const

/** A virtual environment with packages of fixed versions from the index that pip is set up for. */
export async function pythonEnvironment(workshop: Workshop, recipe: PythonRecipe): Promise<PythonEnvironment> {
  const { name, steps, finish, files = [] } = recipe
  const version = pythonVersion()
  const folder = await workshop.ensure({
    name: join('environments', name),
    ingredients: [version, JSON.stringify(steps), ...files.map((file) => readFileSync(file, 'utf8'))],
    make: async (folder) => {
      await workshop.run(name, ['python3', '-m', 'venv', folder])
      for (const step of steps) await workshop.run(name, pipWords(folder, step), step.env)
      await finish?.(describe(folder))
    },
  })
  return describe(folder)
}

function pipWords(folder: string, step: PipStep): [string, ...string[]] {
  return [
    join(folder, 'bin', 'python'),
    '-m',
    'pip',
    'install',
    '--no-input',
    '--progress-bar=off',
    '--disable-pip-version-check',
    ...(step.noDependencies ? ['--no-deps'] : []),
    ...(step.noBuildIsolation ? ['--no-build-isolation'] : []),
    ...step.packages,
  ]
}

function describe(folder: string): PythonEnvironment {
  const [sitePackages = ''] = globSync(join(folder, 'lib', 'python3*', 'site-packages'))
  const bin = join(folder, 'bin')
  return { folder, bin, python: join(bin, 'python'), sitePackages }
}

function pythonVersion(): string {
  const version = askPython()
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return version
  throw new UserError(`python3 is ${version}; these servers need ${oldest.join('.')} or newer`)
}

function askPython(): string {
  try {
    const program = 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])'
    return execFileSync('python3', ['-c', program], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    throw new UserError('needs python3 with venv (Debian: apt-get install python3-venv)')
  }
}
