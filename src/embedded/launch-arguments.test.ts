import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { parseCommandLine } from './command-line.ts'
import { embeddedLaunch } from './launch-arguments.ts'

const options = { model: 'servemark/llama-15m', port: 4321, slots: 3, maxModelLength: 300, serverArgs: [] }

test('the flags are those that the program reads', async () => {
  const { argv } = await embeddedLaunch({ ...options, serverArgs: ['--threads', '2', '--slots', '5'] })
  expect(argv[0]).toBe(process.execPath)
  expect(existsSync(argv[1] ?? '')).toBe(true)
  expect(parseCommandLine(argv.slice(2), {})).toMatchObject({
    model: 'servemark/llama-15m',
    host: '127.0.0.1',
    port: 4321,
    slots: 5,
    maxModelLength: 300,
    threads: 2,
  })
})

test("llama.cpp gets one thread of libuv's pool", async () => {
  expect((await embeddedLaunch(options)).env).toMatchObject({ UV_THREADPOOL_SIZE: '1' })
})

test('no model is made', async () => {
  const cache = await mkdtemp(join(tmpdir(), 'servemark-launch-'))
  onTestFinished(() => rm(cache, { recursive: true }))
  vi.stubEnv('XDG_CACHE_HOME', cache)
  onTestFinished(() => void vi.unstubAllEnvs())
  await embeddedLaunch(options)
  expect(await readdir(cache)).toEqual([])
})

test('a missing file is refused before anything starts', async () => {
  await expect(embeddedLaunch({ ...options, model: '/no/such.gguf' })).rejects.toThrow(
    'model: /no/such.gguf does not exist',
  )
})
