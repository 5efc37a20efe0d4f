import { UserError } from '../errors.ts'
import { beforeEach, expect, test, vi } from 'vitest'
import { loadLlamaEngine } from './llama-engine.ts'

const library = vi.hoisted(() => ({ getLlama: vi.fn<() => Promise<unknown>>() }))

vi.mock(import('node-llama-cpp'), async (original) => {
  const actual = await original()
  return { ...actual, getLlama: library.getLlama as unknown as typeof actual.getLlama }
})

const options = { modelPath: '/m.gguf', slots: 2, maxModelLength: 64, maxBatchedTokens: 32, threads: 1, log: () => {} }

beforeEach(() => {
  library.getLlama.mockReset()
})

test('a platform without a prebuilt llama.cpp is told in one line', async () => {
  const { NoBinaryFoundError } = await import('node-llama-cpp')
  library.getLlama.mockRejectedValue(new NoBinaryFoundError())
  await expect(loadLlamaEngine(options)).rejects.toThrow(
    new UserError(
      `the embedded server has no prebuilt llama.cpp for ${process.platform} ${process.arch} here (Linux needs glibc 2.34 or newer)`,
    ),
  )
})

test('a context that does not fit into memory is told in one line, and llama.cpp is let go', async () => {
  const { InsufficientMemoryError } = await import('node-llama-cpp')
  const dispose = vi.fn<() => Promise<void>>(() => Promise.resolve())
  const createContext = () =>
    Promise.reject(
      new InsufficientMemoryError('A context size of 64 with 2 sequences is too large for the available RAM'),
    )
  library.getLlama.mockResolvedValue({
    dispose,
    loadModel: () => Promise.resolve({ trainContextSize: 128, createContext }),
  })
  await expect(loadLlamaEngine(options)).rejects.toThrow(
    /^2 slots of 64 tokens do not fit into memory: A context size of 64 .*Lower --slots or --max-model-len$/,
  )
  expect(dispose).toHaveBeenCalledOnce()
})

test('llama.cpp never builds, downloads or prints, and stays on the CPU', async () => {
  library.getLlama.mockRejectedValue(new Error('enough'))
  await expect(loadLlamaEngine(options)).rejects.toThrow('enough')
  expect(library.getLlama).toHaveBeenCalledWith(
    expect.objectContaining({ gpu: false, build: 'never', skipDownload: true, progressLogs: false, maxThreads: 1 }),
  )
})
