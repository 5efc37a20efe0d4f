import { spawn } from 'node:child_process'
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { userEnvironment } from '../fixtures/worker-environment.ts'
import { hasProc, identityOf, isAlive } from '../src/servers/process-tree.ts'
import type { StandingServer } from '../src/servers/standing-server.ts'
import { eventually } from '../src/servers/testing/eventually.ts'

const here = dirname(fileURLToPath(import.meta.url))
let folder: string
let results: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-server-'))
  results = join(folder, 'results')
})
afterAll(async () => {
  await run('server', 'stop')
  rmSync(folder, { recursive: true, force: true })
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

function run(script: 'server' | 'bench', ...words: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(here, `${script}.ts`), ...words, '--out-dir', results], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...userEnvironment(process.env), XDG_RUNTIME_DIR: folder, CI: '', NO_COLOR: '1' },
  })
  const text = { out: '', err: '' }
  child.stdout.on('data', (bytes: Buffer) => (text.out += bytes.toString()))
  child.stderr.on('data', (bytes: Buffer) => (text.err += bytes.toString()))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, ...text })))
}

const stateFile = () => join(results, 'servers', 'smoke-llamacpp.json')
const readState = () => JSON.parse(readFileSync(stateFile(), 'utf8')) as StandingServer
const lines = (text: string) => text.trim().split('\n').length

describe.skipIf(!hasProc)('a server that outlives its command', () => {
  let first: StandingServer

  test('starts, and runs on after the command with its state written down', async () => {
    const { code, out } = await run('server', 'start', '--project', 'smoke')
    expect(out).toMatch(/smoke llamacpp: ready after .* s at http:\/\/127\.0\.0\.1:\d+\/v1, pid \d+/)
    expect(code).toBe(0)
    first = readState()
    expect(isAlive({ pid: first.pid, startTicks: first.start_ticks })).toBe(true)
    expect(first).toMatchObject({ pgid: first.pid, argv: expect.arrayContaining(['--model', 'servemark/llama-15m']) })
    expect(existsSync(first.log)).toBe(true)
  })

  test('status tells that it is alive and ready', async () => {
    const { code, out } = await run('server', 'status')
    expect(out).toMatch(/^smoke llamacpp: alive and ready; pid \d+/)
    expect(code).toBe(0)
  })

  test('a second start is refused in one line', async () => {
    const { code, out, err } = await run('server', 'start', '--project', 'smoke')
    expect(err).toMatch(/^smoke llamacpp: runs already \(pid \d+, http:.*\)\. Stop it first: npm run server -- stop/)
    expect([code, out, lines(err)]).toEqual([1, '', 1])
    expect(readState()).toEqual(first)
  })

  test('--client-only finds it, measures it and leaves it as it was', async () => {
    const { code, out } = await run('bench', '--client_only', '--allow-invalid', '--clients', '1', '--requests', '4')
    expect(out).toContain('smoke: 1 point, 4 requests')
    expect(code, out).toBe(0)
    const [file = ''] = globSync(join(results, 'llamacpp', '*.json'))
    const { args } = JSON.parse(readFileSync(file, 'utf8')) as { args: object }
    expect(args).toMatchObject({ client_only: true, num_clients: 1 })
    expect(readState()).toEqual(first)
    expect(isAlive({ pid: first.pid, startTicks: first.start_ticks })).toBe(true)
    expect(readdirSync(join(results, 'runs')).length).toBe(2)
  })

  test('--client-only of a project without a server is one line', async () => {
    const { code, err } = await run('bench', '--client-only', '--project', 'example')
    expect(err).toMatch(/^--client-only: no server of example runs; there are servers of smoke\. Start one: /)
    expect([code, lines(err)]).toEqual([1, 1])
  })

  test('one that died is told as dead, by status and by --client-only', async () => {
    process.kill(first.pid, 'SIGKILL')
    await eventually('it is dead', () => !isAlive({ pid: first.pid, startTicks: first.start_ticks }))
    const [status, bench] = await Promise.all([run('server', 'status'), run('bench', '--client-only')])
    expect(status.out).toContain(`smoke llamacpp: dead: pid ${first.pid} ended, and not by npm run server. Log: `)
    expect(status.code).toBe(1)
    expect(bench.err).toMatch(/^--client-only: smoke llamacpp is dead\. Start one: /)
    expect(bench.code).toBe(1)
  })

  test('restart puts another in its place, with the options of its start', async () => {
    const { code, out } = await run('server', 'restart')
    expect(out).toMatch(/smoke llamacpp: had died before; nothing is left running\n.*\n?smoke llamacpp: ready/s)
    expect(code).toBe(0)
    expect(readState()).toMatchObject({ phase: 'running', model: 'servemark/llama-15m' })
    expect(readState().pid).not.toBe(first.pid)
  })

  test('stop ends it and leaves nothing; a second stop has nothing to do', async () => {
    const { pid } = readState()
    const leader = identityOf(pid)
    const stopped = await run('server', 'stop', '--project', 'smoke', '--backend', 'llamacpp')
    expect(stopped.out).toMatch(/^smoke llamacpp: stopped in .* s; nothing is left running\n$/)
    expect(stopped.code).toBe(0)
    expect(isAlive(leader)).toBe(false)
    expect(existsSync(stateFile())).toBe(false)
    const again = await run('server', 'stop', '--project', 'smoke')
    expect(again).toMatchObject({ code: 0, out: expect.stringMatching(/^server: nothing to stop: no server of smoke/) })
  })
})

describe('wrong use is one line and exit code 2', () => {
  test.concurrent.each([
    ['jump', 'server: say what to do: npm run server -- start | stop | restart | status'],
    ['start', 'server: which bench? --project NAME; known: example,'],
    ['start --project llama-13b --vllm', 'server: one at a time, and these fit: llama-13b vllm tp=1 bs=768'],
    ['start --project nope', 'server: no bench fits nope; known: example,'],
    ['start --project smoke --base-url http://h:1', 'server: what runs at --base-url is not started from here'],
  ])('%s', async (line, text) => {
    const { code, err } = await run('server', ...line.split(' '))
    expect(err.startsWith(text), err).toBe(true)
    expect([code, lines(err)]).toEqual([2, 1])
  })
})

test("the original's command line starts the bench of its model; what is missing is told, and nothing stays", async () => {
  const bench = "export default { model: 'org/model', backends: ['vllm'], env: { PATH: '/nowhere' } }\n"
  writeFileSync(join(folder, 'mine.bench.ts'), bench)
  const words = '--model_name org/model -d NAME -t text-generation -m 1 -b 768 -r 1'.split(' ')
  const { code, err } = await run('server', ...words, '--benches', folder, 'start')
  expect(err).toContain('vllm: the program "vllm" was not found')
  expect(err).toContain('pip install vllm')
  expect(code).toBe(1)
  expect(globSync(join(results, 'servers', 'mine*.json'))).toEqual([])
})
