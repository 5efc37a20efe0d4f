/** Launches a server and says so in one line of JSON, then stays: a process for tests to kill. */
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { launchServer } from '../launch-server.ts'
import { testLaunch } from './test-launch.ts'

const { values: flags, positionals } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    log: { type: 'string', default: '' },
    report: { type: 'string', default: '' },
    /** Says so as soon as the process runs, ready or not. */
    early: { type: 'boolean', default: false },
  },
  allowPositionals: true,
})

const say = (pid: number): void => writeFileSync(flags.report, `${JSON.stringify({ pid })}\n`)
const server = await launchServer(testLaunch(Number(flags.port), positionals), {
  logFile: flags.log,
  signal: new AbortController().signal,
  stop: { terminateSeconds: 0.3 },
  onEvent: (event) => {
    if (event.kind === 'spawned' && flags.early) say(event.pid)
  },
})
say(server.pid)
setInterval(() => {}, 1000)
