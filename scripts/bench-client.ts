import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Our load client beside others. Every word is the project's own; see --help. */
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const program = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const words = ['bench', '--project', 'client', '--', ...process.argv.slice(2)]
const child = spawn(process.execPath, [program, ...words], { cwd: root, stdio: 'inherit' })
process.on('SIGINT', () => {})
for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
