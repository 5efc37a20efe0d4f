/** A small server that behaves as it is told, for tests of a server's life. Answers `/health` with 200 once ready. */
import { spawn } from 'node:child_process'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { parseArgs } from 'node:util'

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    readyAfterMs: { type: 'string', default: '0' },
    /** Listens beside another process on the same port. */
    reusePort: { type: 'boolean', default: false },
    neverReady: { type: 'boolean', default: false },
    listen: { type: 'string', default: 'yes' },
    exitCode: { type: 'string' },
    exitAfterMs: { type: 'string', default: '0' },
    ignoreTerm: { type: 'boolean', default: false },
    slowStopMs: { type: 'string', default: '0' },
    /** File that gets the pid of a child in a new session, whose parent is gone. */
    grandchild: { type: 'string' },
    /** File that gets the pid of a child in the server's own group. */
    child: { type: 'string' },
    stderrBytes: { type: 'string', default: '0' },
    say: { type: 'string', multiple: true, default: [] },
  },
})

for (const line of flags.say) console.log(line)
const noise = `${'x'.repeat(99)}\n`
for (let left = Number(flags.stderrBytes); left > 0; left -= noise.length) process.stderr.write(noise)

if (flags.ignoreTerm) process.on('SIGTERM', () => {})
const slowStopMs = Number(flags.slowStopMs)
if (slowStopMs > 0) process.on('SIGTERM', () => setTimeout(() => process.exit(0), slowStopMs))

if (flags.child !== undefined) startSleeper('exec sleep 300 & echo $! > "$1"; wait', flags.child, false)
if (flags.grandchild !== undefined) {
  startSleeper('trap "" TERM; (trap "" TERM; sleep 300) & echo $! > "$1"', flags.grandchild, true)
}

if (flags.exitCode !== undefined) setTimeout(() => process.exit(Number(flags.exitCode)), Number(flags.exitAfterMs))

const readyAt = performance.now() + Number(flags.readyAfterMs)
const server = createServer((request, response) => {
  const isReady = !flags.neverReady && performance.now() >= readyAt
  response.writeHead(request.url === '/health' ? (isReady ? 200 : 503) : 404).end()
})
if (flags.listen === 'yes') {
  server.listen({ port: Number(flags.port), host: '127.0.0.1', reusePort: flags.reusePort })
} else setInterval(() => {}, 1000)

function startSleeper(script: string, file: string, detached: boolean): void {
  closeSync(openSync(file, 'a'))
  const child = spawn('/bin/sh', ['-c', script, 'sleeper', file], { detached, stdio: 'ignore' })
  child.on('error', (error) => writeFileSync(file, String(error)))
}
