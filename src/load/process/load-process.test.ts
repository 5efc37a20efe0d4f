import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OutputError } from '../../output-folder.ts'
import type { LoadPlan, LoadProgress } from '../plan.ts'
import { testPlan } from '../testing/plan.ts'
import { chunk, goodEvents, rawServer, sseReply } from '../testing/raw-server.ts'
import type { LoadProcess } from './load-process.ts'
import { startLoadProcess } from './load-process.ts'

const good = sseReply(goodEvents)
const firstToken = `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${chunk('data: {"text":"a"}\n\n')}`

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'servemark-load-'))
})
afterAll(async () => {
  await rm(directory, { recursive: true })
})

function started(options: { abortSeconds?: number } = {}): LoadProcess & AsyncDisposable {
  const load = startLoadProcess({ directory, rehearses: false, ...options })
  return Object.assign(load, { [Symbol.asyncDispose]: () => load.stop() })
}

test('a folder that was removed is made again', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  const gone = join(directory, 'gone', 'run')
  const load = startLoadProcess({ directory: gone, rehearses: false })
  const { requests } = await load.run(testPlan(server.port))
  expect(requests.outcome).toEqual(['ok'])
  await load.stop()
  await rm(join(directory, 'gone'), { recursive: true })
})

test('a recording that cannot be written is one line with the code', async () => {
  await using server = await rawServer((socket) => socket.write(good))
  const load = startLoadProcess({ directory: '/dev/null/run', rehearses: false })
  const run = load.run(testPlan(server.port))
  await expect(run).rejects.toThrow(
    new OutputError('results: cannot write /dev/null/run (ENOTDIR). Choose another folder: --out-dir ...'),
  )
  await expect(run).rejects.toBeInstanceOf(OutputError)
  await load.stop()
})

function decoderOf(source: string): LoadPlan['decoder'] {
  const module = `data:text/javascript,${encodeURIComponent(source)}`
  return { module, options: { route: 'completions', stream: true } }
}

describe('one process for several plans', () => {
  let load: LoadProcess
  beforeAll(() => {
    load = startLoadProcess({ directory })
  })
  afterAll(() => load.stop())

  test('recordings come back whole, with their typed arrays, and leave no file', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const recording = await load.run(testPlan(server.port, { count: 2 }))
    expect(recording.requests.outcome).toEqual(['ok', 'ok'])
    expect(recording.chunks.time).toBeInstanceOf(Float64Array)
    expect(recording.chunks.time.length).toBe(8)
    expect(Buffer.from(recording.text).toString()).toBe('abab')
    expect(await readdir(directory)).toEqual([])
  })

  test('the process takes another plan after the first', async () => {
    await using server = await rawServer((socket) => socket.write(good))
    const { requests } = await load.run(testPlan(server.port))
    expect(requests.outcome).toEqual(['ok'])
  })

  test('progress is passed on', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 30))
    const seen: LoadProgress[] = []
    await load.run(testPlan(server.port, { count: 20 }), { onProgress: (progress) => seen.push(progress) })
    expect(seen.at(-1)).toMatchObject({ sent: 20, done: 20 })
    expect(seen.length).toBeGreaterThan(1)
  })

  test('two plans at once are refused', async () => {
    await using server = await rawServer((socket) => setTimeout(() => socket.write(good), 100))
    const first = load.run(testPlan(server.port))
    await expect(load.run(testPlan(server.port))).rejects.toThrow('already runs a plan')
    expect((await first).requests.outcome).toEqual(['ok'])
  })

  test('a plan that cannot be carried out is a user error, and the process goes on', async () => {
    const decoder = decoderOf('throw new Error("broken")')
    await expect(load.run(testPlan(1, { decoder }))).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringContaining('cannot be loaded: broken'),
    })
    await using server = await rawServer((socket) => socket.write(good))
    expect((await load.run(testPlan(server.port))).requests.outcome).toEqual(['ok'])
  })

  test('an abort brings back what there is', async () => {
    const controller = new AbortController()
    await using server = await rawServer((socket) => {
      socket.write(firstToken)
      setTimeout(() => controller.abort(), 50)
    })
    const { requests, chunks } = await load.run(testPlan(server.port, { count: 2 }), { signal: controller.signal })
    expect(requests.outcome).toEqual(['cancelled', 'not_sent'])
    expect(chunks.length).toBe(1)
  })

  test('signals of the terminal and TERM lose nothing', async () => {
    await using server = await rawServer((socket) => {
      for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) process.kill(load.pid, signal)
      setTimeout(() => socket.write(good), 50)
    })
    expect((await load.run(testPlan(server.port))).requests.outcome).toEqual(['ok'])
  })

  test('the environment of the parent stays out', async () => {
    const decoder = decoderOf(
      'export const createDecoder = () => ({ decode: () => ({ text: String(process.env.VITEST), finishReason: "stop" }) })',
    )
    await using server = await rawServer((socket) => socket.write(sseReply(['x'])))
    const { text } = await load.run(testPlan(server.port, { decoder }))
    expect(process.env['VITEST']).toBe('true')
    expect(Buffer.from(text).toString()).toBe('undefined')
  })
})

test('a killed process is reported with its signal', async () => {
  await using load = started()
  await using server = await rawServer(() => process.kill(load.pid, 'SIGKILL'))
  await expect(load.run(testPlan(server.port))).rejects.toThrow('the load process ended with signal SIGKILL')
})

test('a crash is reported with exit code and the end of stderr', async () => {
  await using load = started()
  const decoder = decoderOf(
    'export const createDecoder = () => ({ decode() { process.stderr.write("x".repeat(9000) + "last words"); process.exitCode = 3; setImmediate(() => process.exit()); return {} } })',
  )
  await using server = await rawServer((socket) => socket.write(firstToken))
  const error = await load.run(testPlan(server.port, { decoder })).then(
    () => null,
    (reason: Error) => reason,
  )
  expect(error!.message).toMatch(/^the load process ended with exit code 3; its last words:\nx+last words$/)
  expect(error!.message.length).toBeLessThan(4300)
})

test('a run after the end of the process is refused with the cause', async () => {
  await using load = started()
  await load.ready
  process.kill(load.pid, 'SIGKILL')
  await expect(load.run(testPlan(1))).rejects.toThrow('signal SIGKILL')
})

test('a process that does not answer an abort is killed', async () => {
  await using load = started({ abortSeconds: 0.2 })
  const controller = new AbortController()
  const decoder = decoderOf('export const createDecoder = () => ({ decode() { for (;;); } })')
  await using server = await rawServer((socket) => {
    socket.write(firstToken)
    setTimeout(() => controller.abort(), 100)
  })
  await expect(load.run(testPlan(server.port, { decoder }), { signal: controller.signal })).rejects.toThrow('SIGKILL')
})

test('a process that is never ready is killed after an abort', async () => {
  await using load = started({ abortSeconds: 0.2 })
  process.kill(load.pid, 'SIGSTOP')
  const controller = new AbortController()
  const run = load.run(testPlan(1), { signal: controller.signal })
  controller.abort()
  await expect(run).rejects.toThrow('SIGKILL')
})

test('a plan that is aborted before the process is ready sends nothing', async () => {
  await using load = started()
  await using server = await rawServer((socket) => socket.write(good))
  const { requests } = await load.run(testPlan(server.port), { signal: AbortSignal.abort() })
  expect(requests.outcome).toEqual(['not_sent'])
})

test('stopping ends the process', async () => {
  const load = startLoadProcess({ directory, rehearses: false })
  await load.ready
  await load.stop()
  expect(() => process.kill(load.pid, 0)).toThrow('ESRCH')
})

test('the process ends when its parent is killed', async () => {
  const source = `import { startLoadProcess } from ${JSON.stringify(new URL('load-process.ts', import.meta.url).href)}
    const load = startLoadProcess({ directory: '.', rehearses: false })
    await load.ready
    console.log(load.pid)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (bytes: Buffer) => resolve(Number(bytes)))
  })
  expect(alive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false)
}, 20_000)

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
