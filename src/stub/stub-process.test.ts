import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { startStubProcess } from './stub-process.ts'
import { exchange, generationRequest } from './testing/raw-client.ts'

/** Zombies do not count as alive. */
function alive(pid: number): boolean {
  if (!existsSync(`/proc/${pid}/stat`)) return false
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.[0] !== 'Z'
}

test.concurrent('another process serves, and its log comes back', async () => {
  await using stub = await startStubProcess({ schedule: { kind: 'fixed', ttftMs: 2, itlMs: 1 } })
  expect(stub.pid).not.toBe(process.pid)
  const { json } = await exchange(stub.port, generationRequest({ prompt: 'a b', max_tokens: 3, stream: true }))
  const { requests } = await stub.log()
  expect(json.map((event) => Number(event.stub?.sent_ns))).toEqual(requests[0]?.chunks.sentNs.slice(0, 3))
  await stub.clear()
  expect((await stub.log()).requests).toEqual([])
})

test.concurrent('close ends the process, streams in flight or not', async ({ expect }) => {
  const stub = await startStubProcess({ schedule: { kind: 'fixed', ttftMs: 60_000, itlMs: 1 } })
  const reply = exchange(stub.port, generationRequest({ prompt: 'a', stream: true }), 5000)
  await expect.poll(async () => (await stub.log()).requests.length).toBe(1)
  await stub.close()
  expect(alive(stub.pid)).toBe(false)
  expect((await reply).ended).not.toBe('open')
})

test.concurrent('a parent that is killed takes its stub along', async ({ expect }) => {
  const module = new URL('./stub-process.ts', import.meta.url).href
  const program = `
    const { startStubProcess } = await import(${JSON.stringify(module)})
    const stub = await startStubProcess()
    console.log(stub.pid)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect(alive(pid)).toBe(true)
  parent.kill('SIGKILL')
  await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false)
})

test.concurrent('a parent with nothing else to do ends, and its stub with it', async ({ expect }) => {
  const module = new URL('./stub-process.ts', import.meta.url).href
  const program = `
    const { startStubProcess } = await import(${JSON.stringify(module)})
    const stub = await startStubProcess()
    await stub.log()
    console.log(stub.pid)`
  const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(parent, 'exit')
  const [line] = (await once(parent.stdout, 'data')) as [Buffer]
  const pid = Number(line.toString())
  expect((await exited)[0]).toBe(0)
  await expect.poll(() => alive(pid), { timeout: 5000 }).toBe(false)
})

test.concurrent('a taken port is reported as the error it is', async () => {
  await using stub = await startStubProcess()
  await expect(startStubProcess({ port: stub.port })).rejects.toThrow(
    `cannot listen on 127.0.0.1:${stub.port} (EADDRINUSE)`,
  )
})
