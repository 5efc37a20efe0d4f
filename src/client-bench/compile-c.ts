import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'

/** Paths of the built programs. */
export interface CPrograms {
  readonly stub: string
  readonly client: string
}

const source = (name: string) => fileURLToPath(new URL(`c/${name}`, import.meta.url))
const flags = ['-std=c11', '-O2']

/**
 * Builds the stub and the client in C, once for each state of their source. Returns why not, in words, where there is no
 * `cc`, no Linux, or they do not compile.
 */
export async function compileC(env: NodeJS.ProcessEnv = process.env): Promise<CPrograms | string> {
  if (process.platform !== 'linux') return 'the programs in C need Linux (epoll)'
  const version = await execa('cc', ['--version'], { reject: false })
  if (version.failed) return 'there is no cc'
  const hash = createHash('sha256').update(flags.join(' ')).update(version.stdout)
  for (const name of ['common.h', 'stub.c', 'client.c']) hash.update(readFileSync(source(name)))
  const folder = join(cacheFolder(env), 'client-bench', hash.digest('hex').slice(0, 16))
  mkdirSync(folder, { recursive: true })
  const programs: CPrograms = { stub: join(folder, 'stub'), client: join(folder, 'client') }
  for (const name of ['stub', 'client'] as const) {
    if (existsSync(programs[name])) continue
    const unfinished = `${programs[name]}.${process.pid}`
    const built = await execa('cc', [...flags, '-o', unfinished, source(`${name}.c`)], { reject: false })
    if (built.failed) return `${name}.c does not compile: ${built.stderr.split('\n')[0]}`
    renameSync(unfinished, programs[name])
  }
  return programs
}

function cacheFolder(env: NodeJS.ProcessEnv): string {
  const base = env['XDG_CACHE_HOME']
  return join(base === undefined || base === '' ? join(homedir(), '.cache') : base, 'servemark')
}
