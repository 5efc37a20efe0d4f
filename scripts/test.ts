import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { $ } from 'zx'

/**
 * Lint, types, every test; those that need timing last and alone. Words are handed to Vitest, which then runs only
 * what they select. The last line is `N passed, N failed`; before it stands what else failed.
 */
$.stdio = 'inherit'
$.nothrow = true
$.verbose = false

const words = process.argv.slice(2)
const folder = '.vitest'
const projects = ['unit', 'timing'] as const
mkdirSync(folder, { recursive: true })

let ok = true
const failedChecks: string[] = []
if (words.length === 0) {
  const folders = ['benches', 'fixtures', 'real-servers', 'reporters', 'scripts', 'src', 'vitest.config.ts']
  const lint = await $`oxlint --deny-warnings ${folders}`
  if (lint.exitCode !== 0) failedChecks.push('lint: failed')
  const format = await $({ stdio: ['inherit', 'pipe', 'inherit'] })`oxfmt --check ${folders}`
  process.stdout.write(format.stdout)
  const files = /above (\d+) files?/.exec(format.stdout)?.[1]
  if (format.exitCode !== 0)
    failedChecks.push(
      `format: failed${files ? ` (${files} ${files === '1' ? 'file' : 'files'})` : ''}; mend it: npm run format`,
    )
  // The report's page runs in a browser: its types are others.
  for (const folder of ['.', 'src/report/page']) {
    const types = await $`tsc --noEmit -p ${folder}`
    if (types.exitCode !== 0) failedChecks.push(`types: failed in ${folder}`)
  }
}

const total = { passed: 0, failed: 0, skipped: 0 }
for (const project of projects) {
  const file = join(folder, `${project}.json`)
  rmSync(file, { force: true })
  const flags = ['--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const run = await $`vitest run ${flags} --passWithNoTests ${words}`
  ok = run.exitCode === 0 && ok
  const before = total.failed
  try {
    const report = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number>
    total.passed += report['numPassedTests'] ?? 0
    total.failed += report['numFailedTests'] ?? 0
    total.skipped += report['numPendingTests'] ?? 0
  } catch {
    ok = false
  }
  if (run.exitCode !== 0 && total.failed === before) failedChecks.push(`${project}: failed beside its tests, see above`)
}
ok = ok && failedChecks.length === 0
if (!ok && total.failed === 0) total.failed = 1
for (const line of failedChecks) console.log(line)
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exit(ok ? 0 : 1)
