import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { exitOnUserError } from '../src/errors.ts'
import { flagsTakenByNpm } from './npm-flags.ts'
import { sortWords } from './sort-words.ts'

/** Tells Vitest's words from the suite's, and goes on as `vitest bench`: a process of its own would cost each start 0.1 s. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const words = process.argv.slice(2)
const eaten = flagsTakenByNpm(process.env)
if (eaten.length > 0) {
  console.error(
    `npm took ${eaten.join(' ')} for itself. Put -- before the options: npm run bench -- ${eaten.join(' ... ')} ...`,
  )
  process.exit(2)
}
const { vitest, suite } = exitOnUserError(() => sortWords(words))
const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const mode = vitest.some((word) => /^--merge-?reports/i.test(word)) ? [] : ['bench']
process.env['SERVEMARK_COMMAND'] = JSON.stringify([
  'npm',
  'run',
  'bench',
  ...(words.length > 0 ? ['--', ...words] : []),
])
process.argv = [process.execPath, program, ...mode, ...vitest, '--', ...suite]
process.chdir(root)
await import(pathToFileURL(program).href)
