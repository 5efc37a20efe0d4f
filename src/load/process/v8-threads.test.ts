import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { lowerV8Threads } from './v8-threads.ts'

async function threads(names: Readonly<Record<number, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'servemark-threads-'))
  onTestFinished(async () => await rm(folder, { recursive: true }))
  for (const [id, name] of Object.entries(names)) {
    await mkdir(join(folder, id))
    await writeFile(join(folder, id, 'comm'), `${name}\n`)
  }
  return folder
}

test('the helper threads of V8 yield, no other', async () => {
  const lowered: [number, number][] = []
  lowerV8Threads(
    await threads({ 11: 'MainThread', 12: 'V8Worker', 13: 'libuv-worker', 14: 'V8Worker' }),
    (thread, nice) => lowered.push([thread, nice]),
  )
  expect(lowered).toEqual([
    [12, 10],
    [14, 10],
  ])
})

test('where priorities are not ours to set, or there are no such files, nothing happens', async () => {
  const refuse = (): never => {
    throw new Error('EPERM')
  }
  const folder = await threads({ 12: 'V8Worker' })
  expect(() => lowerV8Threads(folder, refuse)).not.toThrow()
  expect(() => lowerV8Threads(join(folder, 'nowhere'))).not.toThrow()
})
