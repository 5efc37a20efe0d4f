import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Backend } from '../backends/backend.ts'
import { backends } from '../backends/index.ts'
import { expandBench } from '../plan/expand.ts'
import { benchSchema } from '../plan/options.ts'
import { launchConfiguration } from './launch-configuration.ts'
import { fakePrograms } from './testing/fake-programs.ts'
import { shortBench } from './testing/run-bench.ts'

/** Those that start a program of somebody else's. */
const launched = Object.values<Backend>(backends).filter(({ id, launch }) => launch && id !== 'llamacpp')

/** With what line each server's start ends, all at once. */
async function failures(environment: Readonly<Record<string, string>>): Promise<Record<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'servemark-failures-'))
  try {
    const ends = launched.map(async (backend) => {
      const [configuration] = expandBench('b', benchSchema.parse({ ...shortBench, backends: [backend.id] }), backends)
      const options = {
        logFile: join(folder, `${backend.id}.log`),
        signal: new AbortController().signal,
        startupTimeoutSeconds: 30,
        baseEnv: environment,
      }
      const end = await launchConfiguration(configuration!, backend, options).then(
        async ([{ running }]) => {
          await running.stop()
          return 'it started'
        },
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
      return [backend.id, end] as const
    })
    return Object.fromEntries(await Promise.all(ends))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test('a program that is missing: one line that says what to install, for every server', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'servemark-empty-'))
  const found = await failures({ PATH: folder })
  rmSync(folder, { recursive: true })
  expect(Object.keys(found).sort()).toEqual(launched.map(({ id }) => id).sort())
  for (const [id, line] of Object.entries(found)) {
    expect(line).toMatch(new RegExp(`^${id}: the program "[\\w-]+" was not found\\. [^\\n]+$`))
  }
})

test('a server that ends while it loads: how, after how long, and the end of its log, for every server', async () => {
  using programs = fakePrograms()
  const found = await failures(programs.environment({ exitAfter: 0, exitCode: 7, say: ['CUDA out of memory'] }))
  for (const [id, text] of Object.entries(found)) {
    expect(text).toMatch(new RegExp(`^${id}: the server exited with code 7 while loading, after [\\d.]+ s\\. Log: `))
    expect(text).toContain('| CUDA out of memory')
  }
})
