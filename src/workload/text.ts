import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The project's own prose and code (ASCII, about 34,000 characters) that prompts are cut from. */
export const builtInText: string = readFileSync(new URL('./built-in-text.txt', import.meta.url), 'utf8').trimEnd()

/** sha256 of `builtInText`, hex. Prompts can be rebuilt only from the same text. */
export const builtInTextSha256: string = createHash('sha256').update(builtInText).digest('hex')
