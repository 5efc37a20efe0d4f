import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { identityOf, isAlive } from '../servers/process-tree.ts'
import { MeasuringProcesses } from './measuring-processes.ts'

test('one load process and one canary for whoever asks; another load process after a stop; in the end none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'servemark-processes-'))
  const processes = new MeasuringProcesses({ directory: folder, rehearses: false })
  try {
    processes.start()
    const first = identityOf(processes.load().pid)
    expect(identityOf(processes.load().pid)).toEqual(first)
    const canary = await processes.canary()
    expect(await processes.canary()).toBe(canary)

    await processes.stopLoad()
    expect(isAlive(first)).toBe(false)
    const second = identityOf(processes.load().pid)
    expect(second).not.toEqual(first)
    await processes.stop()
    expect(isAlive(second)).toBe(false)
    await expect(fetch(canary.plan.url)).rejects.toThrow('fetch failed')
  } finally {
    await processes.stop()
    rmSync(folder, { recursive: true })
  }
})
