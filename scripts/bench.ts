import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onceOrphaned } from '../fixtures/signals.ts'
import { exitOnUserError } from '../src/errors.ts'
import { flagsTakenByNpm } from './npm-flags.ts'
import { sortWords } from './sort-words.ts'

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
const child = spawn(process.execPath, [program, ...mode, ...vitest, '--', ...suite], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    SERVEMARK_PARENT: String(process.pid),
    SERVEMARK_COMMAND: JSON.stringify(['npm', 'run', 'bench', ...(words.length > 0 ? ['--', ...words] : [])]),
  },
})

// A terminal signals the child too, a `kill` of this process alone does not: passed on as what is no second Ctrl-C.
for (const signal of ['SIGINT', 'SIGUSR2'] as const) process.on(signal, () => child.kill('SIGUSR2'))
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
onceOrphaned(process.env['SERVEMARK_PARENT'], () => child.kill('SIGTERM'))
child.on('exit', (code, signal) => {
  const how = signal === 'SIGUSR2' ? 'SIGINT' : (signal ?? 'SIGTERM')
  process.exit(code ?? 128 + constants.signals[how])
})
