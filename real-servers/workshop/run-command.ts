import { spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync, statSync, writeSync } from 'node:fs'
import { basename } from 'node:path'
import { UserError } from '../../src/errors.ts'

export interface CommandOptions {
  /** Takes all that the command writes; appended to. */
  readonly logFile: string
  readonly signal: AbortSignal
  readonly env?: Readonly<Record<string, string>>
}

const shownLines = 3

/** Runs a command to its end. Rejects with a UserError that holds the last lines it wrote. */
export async function runCommand(words: readonly [string, ...string[]], options: CommandOptions): Promise<void> {
  const { logFile, signal } = options
  const [program, ...args] = words
  const name = `${basename(program)} ${args.slice(0, 3).join(' ')}`
  const log = openSync(logFile, 'a')
  try {
    writeSync(log, `$ ${words.join(' ')}\n`)
    const start = statSync(logFile).size
    const child = spawn(program, args, {
      stdio: ['ignore', log, log],
      env: { ...process.env, ...options.env },
      signal,
      killSignal: 'SIGTERM',
    })
    const code = await new Promise<number | null>((settle, reject) => {
      child.once('error', reject)
      child.once('exit', settle)
    })
    signal.throwIfAborted()
    if (code === 0) return
    const tail = readFileSync(logFile).subarray(start).toString('utf8').trim().split('\n').slice(-shownLines)
    throw new UserError(`${name} ended with ${code ?? 'a signal'}: ${tail.join(' | ')}. Log: ${logFile}`)
  } catch (error) {
    signal.throwIfAborted()
    const { code } = error as NodeJS.ErrnoException
    throw code === 'ENOENT' ? new UserError(`the program "${program}" was not found`) : error
  } finally {
    closeSync(log)
  }
}
