import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheDirectory } from '../../src/embedded/model-cache.ts'
import { runCommand } from './run-command.ts'

export interface WorkshopOptions {
  /** Holds what was made. */
  readonly folder: string
  readonly signal: AbortSignal
  /** Told of what takes time. */
  readonly note: (line: string) => void
}

export interface Recipe {
  /** Folder under the workshop's. */
  readonly name: string
  /** All that decides what comes out: another recipe is made anew. */
  readonly ingredients: readonly string[]
  /** Makes it in an empty folder. */
  readonly make: (folder: string) => Promise<void>
}

/** The file that is written last: without it a folder is half made. */
const stampName = '.servemark-made'

export const realServersFolder = () => join(cacheDirectory(), 'real')

/** Where what servers need is made, once, and kept for later runs. */
export class Workshop {
  readonly folder: string
  readonly signal: AbortSignal
  private readonly note: (line: string) => void

  constructor({ folder, signal, note }: WorkshopOptions) {
    this.folder = folder
    this.signal = signal
    this.note = note
    mkdirSync(folder, { recursive: true })
  }

  /** The folder of a recipe's result. Rejects as `make` does; what was half made is gone then. */
  async ensure({ name, ingredients, make }: Recipe): Promise<string> {
    const folder = join(this.folder, name)
    const stamp = join(folder, stampName)
    const wanted = createHash('sha256').update(JSON.stringify(ingredients)).digest('hex')
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    const begun = performance.now()
    this.note(`making ${name} in ${folder} (once)`)
    try {
      await make(folder)
    } catch (error) {
      rmSync(folder, { recursive: true, force: true })
      throw error
    }
    writeFileSync(`${stamp}.tmp`, wanted)
    renameSync(`${stamp}.tmp`, stamp)
    this.note(`made ${name} in ${Math.round((performance.now() - begun) / 1000)} s`)
    return folder
  }

  /** Runs a command; what it writes goes to the log of `name`. */
  async run(
    name: string,
    words: readonly [string, ...string[]],
    env: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const logFile = join(this.folder, 'logs', `${name.replaceAll(/[^\w.-]+/g, '-')}.log`)
    mkdirSync(dirname(logFile), { recursive: true })
    await runCommand(words, { logFile, signal: this.signal, env })
  }
}
