import { expect, test } from 'vitest'
import { fakePrograms } from './testing/fake-programs.ts'
import { runBench } from './testing/run-bench.ts'

const key = 'sk-very-secret-0123'

async function withKey(backend: string) {
  using programs = fakePrograms()
  const { points, logs } = await runBench(
    { backends: [backend], serverArgs: ['--api-key', key], requests: 2, clients: [1] },
    programs.environment({ say: [`INFO non-default args: {'api_key': ['${key}']}`] }),
  )
  const entries = programs.recorded()
  const args = entries.find(({ started }) => started !== undefined)?.['args'] as string[]
  const generations = entries.filter(({ path }) => /generate|completions/.test(String(path)))
  return { point: points[0], logs, args, sent: new Set(generations.map(({ authorization }) => authorization)) }
}

test.each([
  ['vllm', false],
  ['sglang', true],
])('%s with a key: requests carry it, no file holds it; in its command line: %s', async (backend, inArgs) => {
  const { point, logs, args, sent } = await withKey(backend)
  expect(point?.file?.servemark.outcomes.ok).toBe(2)
  expect(sent).toEqual(new Set([`Bearer ${key}`]))
  expect(args.includes(key)).toBe(inArgs)
  expect(logs).toHaveLength(1)
  expect(logs[0]).toContain("INFO non-default args: {'api_key': ['[redacted]']}")
  expect(JSON.stringify([logs, point])).not.toContain(key)
})

test('a server whose Python lacks it: one line that says what to install', async () => {
  using programs = fakePrograms()
  programs.add('python3', 'echo "/usr/bin/python3: No module named sglang" >&2; exit 1')
  const { startFailure } = await runBench({ backends: ['sglang'] }, programs.environment())
  expect(startFailure).toMatch(
    /^sglang: the server exited with code 1 while loading: python3 has no module "sglang"\. Python 3 with SGLang: pip install "sglang\[all\]"\. Log: \S+\.log$/,
  )
})
