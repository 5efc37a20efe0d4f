import { spawn } from 'node:child_process'
import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { userEnvironment } from '../fixtures/worker-environment.ts'
import { startStub, type Stub } from '../src/stub/stub.ts'

let folder: string
let stub: Stub

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-preset-'))
  stub = await startStub({ schedule: { kind: 'fixed', ttftMs: 5, itlMs: 1 } })
})
afterAll(async () => {
  await stub.close()
  rmSync(folder, { recursive: true, force: true })
})

function run(...words: string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'run-preset.ts'), ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...userEnvironment(process.env), XDG_RUNTIME_DIR: folder, CI: '', NO_COLOR: '1' },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (output += bytes.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

test('a server that is missing is told with what to install; the others are measured and drawn, and the exit code is 1', async () => {
  const lengths = { promptTokens: [16], outputTokens: [4], clients: [1], requests: 3, warmupMax: 1 }
  const bench = (name: string, data: object) =>
    writeFileSync(join(folder, `${name}.bench.ts`), `export default ${JSON.stringify({ ...lengths, ...data })}\n`)
  bench('a', { tags: ['full', 'gpu'], backends: ['vllm'], model: 'gpt2', env: { PATH: '/nowhere' } })
  bench('b', { tags: ['full', 'gpu'], backends: ['openai'], baseUrl: stub.url })
  bench('c', { tags: ['smoke', 'cpu'], backends: ['openai'], baseUrl: stub.url, label: 'other' })
  const results = join(folder, 'results')
  const { code, output } = await run('all', '--benches', folder, '--out-dir', results, '--no-rehearsal')
  expect(output).toMatch(/vllm: the program "vllm" was not found\. vLLM: pip install vllm/)
  expect(globSync('*/*.json', { cwd: results }).filter((file) => !/^(runs|plots)/.test(file))).toHaveLength(1)
  expect(globSync('openai/*.json', { cwd: results }), output).toHaveLength(1)
  expect(globSync('plots/throughput_latency/*.svg', { cwd: results })).toHaveLength(1)
  expect(code).toBe(1)
})

test.concurrent.each([
  [['nope'], 2, 'no preset "nope"; known: all, example, aml, fp6, first-fastgen, first-vllm, first-replicas\n'],
  [['aml'], 2, 'aml: needs --aml_api_url URL'],
  [['example', '--dry-run'], 0, 'llama-7b  [full, gpu]\n  fastgen tp=1 bs=768 replicas=1  meta-llama/Llama-2-7b-hf\n'],
  [[], 0, 'npm run run-preset -- NAME'],
])('%j ends with %i', async (words, code, text) => {
  const ended = await run(...words)
  expect(ended.output.startsWith(text), ended.output).toBe(true)
  expect(ended.code).toBe(code)
})
