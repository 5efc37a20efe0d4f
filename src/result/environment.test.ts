import { expect, test, vi } from 'vitest'
import { collectEnvironment, hostOf } from './environment.ts'

test('the environment tells program, host and limits', async () => {
  const environment = await collectEnvironment()
  expect(environment).toMatchObject({
    servemark: expect.stringMatching(/^\d+\.\d+\.\d+/),
    node: process.version,
    cores: expect.toSatisfy((cores: number) => cores > 0),
    memory_bytes: expect.toSatisfy((bytes: number) => bytes > 1e8),
    load_average: [expect.any(Number), expect.any(Number), expect.any(Number)],
    gpus: expect.any(Array),
    time_zone: expect.any(String),
  })
})

test('no variable of the environment is stored but a few by name', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-very-secret')
  vi.stubEnv('OMP_NUM_THREADS', '3')
  const environment = await collectEnvironment()
  vi.unstubAllEnvs()
  expect(JSON.stringify(environment)).not.toContain('sk-very-secret')
  expect(environment['variables']).toMatchObject({ OMP_NUM_THREADS: '3' })
})

test('the host of a measurement leaves out what changes by itself', async () => {
  const host = hostOf(await collectEnvironment())
  expect(Object.keys(host)).not.toContain('load_average')
  expect(host).toHaveProperty('cpu')
})
