import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { $ } from 'zx'

/**
 * Lint, types, every test; those that need timing last and alone. Words are handed to Vitest, which then runs only
 * what they select. The last line is `N passed, N failed`.
 */
$.stdio = 'inherit'
$.nothrow = true
$.verbose = false

const words = process.argv.slice(2)
const folder = '.vitest'
const projects = ['unit', 'timing'] as const
mkdirSync(folder, { recursive: true })

let ok = true
if (words.length === 0) {
  ok = (await $`oxlint --deny-warnings benches fixtures reporters scripts src vitest.config.ts`).exitCode === 0 && ok
  ok = (await $`oxfmt --check benches fixtures reporters scripts src vitest.config.ts`).exitCode === 0 && ok
  ok = (await $`tsc --noEmit -p .`).exitCode === 0 && ok
}

const total = { passed: 0, failed: 0, skipped: 0 }
for (const project of projects) {
  const file = join(folder, `${project}.json`)
  rmSync(file, { force: true })
  const flags = ['--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const run = await $`vitest run ${flags} --passWithNoTests ${words}`
  ok = run.exitCode === 0 && ok
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
    total.passed += report['numPassedTests'] ?? 0
    total.failed += report['numFailedTests'] ?? 0
    total.skipped += report['numPendingTests'] ?? 0
  } catch {
    ok = false
  }
}
if (!ok && total.failed === 0) total.failed = 1
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exit(ok ? 0 : 1)
