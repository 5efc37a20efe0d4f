import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const script = fileURLToPath(new URL('./stub.ts', import.meta.url))

async function run(...args: string[]) {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [script, ...args])) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}

test.concurrent('the printed line to try works as it stands, and a signal stops the server with a report', async ({
  expect,
}) => {
  const server = spawn(process.execPath, [script, '--port', '0', '--ttft', '5', '--itl', '1', '--api-key', 'k'])
  let out = ''
  server.stdout.on('data', (bytes: Buffer) => (out += bytes.toString()))
  await expect.poll(() => out, { timeout: 10_000 }).toContain('--base-url')
  const line = /^try: +(curl .*)$/m.exec(out)?.[1] ?? ''
  const { stdout } = await promisify(execFile)('sh', ['-c', `${line} -s`])
  expect(stdout.match(/^data: /gm)).toHaveLength(10)
  server.kill('SIGINT')
  expect((await once(server, 'exit'))[0]).toBe(0)
  expect(out).toMatch(/stopped after 1 requests; 8 chunks, late by p99/)
})

test.concurrent('--help names every option and fault', async () => {
  const { stdout } = await run('--help')
  expect(stdout).toContain('--max-model-length N')
  expect(stdout).toContain('errorEvent')
})

test.concurrent.each([
  [['--ttft', 'x'], '--ttft takes a number, got "x"'],
  [['--nope'], "Unknown option '--nope'"],
  [['--fault', 'nope'], 'no fault is called "nope"'],
  [['--stagger', '--lock-step'], 'choose one of'],
  [['--prompt-tokens', 'x'], 'stub: promptTokens:'],
])('%j is one line and exit 2', async (args, message) => {
  const { code, stderr } = await run(...args)
  expect(code).toBe(2)
  expect(stderr).toContain(message)
  expect(stderr.trim().split('\n')).toHaveLength(1)
})
