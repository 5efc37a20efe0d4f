import { mkdir, mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ensureModel, modelDirectory, resolveModel } from './model-cache.ts'

vi.setConfig({ testTimeout: 30_000 })

const tiny = 'servemark/llama-15m'
const tinyFile = 'llama-15m-q8_0.gguf'

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'servemark-models-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

test('a built-in model is written on first use and taken as it is afterwards', async () => {
  const directory = await folder()
  const first = await ensureModel(tiny, directory)
  expect(first).toMatchObject({ path: join(directory, tinyFile), written: true, weights: { kind: 'random' } })
  const { mtimeMs } = await stat(first.path)
  expect((await ensureModel(tiny, directory)).written).toBe(false)
  expect((await stat(first.path)).mtimeMs).toBe(mtimeMs)
})

test('a file that was cut, and one with another header, are written again', async () => {
  const directory = await folder()
  const { path } = await ensureModel(tiny, directory)
  const whole = await readFile(path)
  await truncate(path, 1_000_000)
  expect((await ensureModel(tiny, directory)).written).toBe(true)
  const other = Buffer.from(whole)
  other[200] = (other[200] ?? 0) ^ 1
  await writeFile(path, other)
  expect((await ensureModel(tiny, directory)).written).toBe(true)
  expect((await readFile(path)).equals(whole)).toBe(true)
})

test('two that write at once leave one whole file and nothing else', async () => {
  const directory = await folder()
  await Promise.all([ensureModel(tiny, directory), ensureModel(tiny, directory)])
  expect(await readdir(directory)).toEqual([tinyFile])
  expect((await ensureModel(tiny, directory)).written).toBe(false)
})

test('temporary files of killed writers go, those of living ones stay', async () => {
  const directory = await folder()
  const [old, recent] = ['1-a', '2-b'].map((name) => join(directory, `${tinyFile}.${name}.tmp`)) as [string, string]
  await writeFile(old, '')
  await writeFile(recent, '')
  await utimes(old, 0, 0)
  await ensureModel(tiny, directory)
  expect((await readdir(directory)).sort()).toEqual([tinyFile, `${tinyFile}.2-b.tmp`])
})

test('a cache folder that cannot be made is a clear error', async () => {
  const file = join(await folder(), 'file')
  await writeFile(file, '')
  await expect(ensureModel(tiny, join(file, 'models'))).rejects.toThrow(/^cannot use the model file .*ENOTDIR/)
})

test("a user's file is used as it is", async () => {
  const path = join(await folder(), 'mine.gguf')
  await writeFile(path, 'GGUF....')
  expect(await ensureModel(path)).toEqual({ path, weights: { kind: 'file' }, written: false })
})

test.each([
  ['no-such.gguf', /^model: .*no-such\.gguf does not exist$/],
  ['text.gguf', /^model: .*text\.gguf is no GGUF file/],
  ['folder.gguf', /^model: .*folder\.gguf cannot be read \(EISDIR\)$/],
])('%s is refused in one line', async (name, message) => {
  const directory = await folder()
  await writeFile(join(directory, 'text.gguf'), 'hello')
  if (name === 'folder.gguf') await mkdir(join(directory, name))
  await expect(resolveModel(join(directory, name))).rejects.toThrow(message)
})

test('an unknown name is refused, with the known ones', async () => {
  await expect(resolveModel('servemark/llama-7b')).rejects.toThrow(
    /"servemark\/llama-7b" is unknown.*servemark\/llama-38m/,
  )
})

test.each([
  [{ XDG_CACHE_HOME: '/var/x' }, '/var/x/servemark/models'],
  [{}, join(homedir(), '.cache/servemark/models')],
  [{ XDG_CACHE_HOME: 'relative' }, join(homedir(), '.cache/servemark/models')],
])('with %o models lie in %s', (environment, expected) => {
  expect(modelDirectory(environment)).toBe(expected)
})
