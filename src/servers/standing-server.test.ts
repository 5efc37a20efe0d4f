import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { launchServer } from './launch-server.ts'
import { acceptsConnections, reservePorts } from './ports.ts'
import { hasProc, identityOf, isAlive } from './process-tree.ts'
import type { RunningServer } from './running-server.ts'
import {
  claimRecord,
  hereAndNow,
  identityRecord,
  readRecord,
  readServerFiles,
  replaceRecord,
  stateOf,
  stopStanding,
  type StandingServer,
} from './standing-server.ts'
import { eventually, processIn } from './testing/eventually.ts'
import { testLaunch } from './testing/test-launch.ts'

let folder: string
let running: RunningServer | null

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-standing-'))
  running = null
})
afterEach(async () => {
  await running?.stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Started, written down and let go, as a command does that ends then. */
async function leftServer(...flags: string[]): Promise<StandingServer> {
  const [port = 0] = await reservePorts(1)
  const launch = testLaunch(port, flags)
  await using server = await launchServer(launch, {
    logFile: join(folder, 'server.log'),
    signal: new AbortController().signal,
  })
  running = server
  const { id, leader, members } = server.family()
  server.leave()
  return {
    schema_version: 1,
    phase: 'running',
    bench: 'b',
    configuration: 'c',
    backend: 'c',
    model: 'm',
    parameters: { tensorParallel: 1, maxRaggedBatchSize: 768, replicas: 1, own: {}, serverArgs: [] },
    options: {},
    ...hereAndNow(),
    started: new Date().toISOString(),
    log: server.logFile,
    pid: server.pid,
    pgid: server.pgid,
    start_ticks: leader.startTicks,
    family: id,
    members: members.map(identityRecord),
    endpoints: server.endpoints.map(({ url }) => ({ url })),
    readiness: launch.readiness.url,
    stop: { signal: 'SIGTERM', grace_s: 5 },
    argv: [...server.argv],
    startup: server.startup,
    others: [],
  }
}

test('a server that was left is not stopped by disposal, and is stopped by what is written of it', async () => {
  const record = await leftServer()
  expect(stateOf(record)).toBe('alive')
  const report = await stopStanding(record)
  expect(report).toMatchObject({ how: 'own-signal', clean: true })
  expect(stateOf(record)).toBe('dead')
  expect(await acceptsConnections({ host: '127.0.0.1', port: Number(new URL(record.readiness).port) })).toBe(false)
})

test.skipIf(!hasProc)('what a dead server left is ended too', async () => {
  const file = join(folder, 'pid')
  const record = await leftServer('--child', file)
  const straggler = await processIn(file)
  process.kill(record.pid, 'SIGKILL')
  await eventually('the server is dead', () => stateOf(record) === 'dead')
  expect(isAlive(straggler)).toBe(true)
  expect(await stopStanding(record)).toMatchObject({ how: 'terminate', clean: true })
  expect(isAlive(straggler)).toBe(false)
})

test.skipIf(!hasProc)('a process that only has its pid is another one, and is left alone', async () => {
  const record = await leftServer()
  const before = identityOf(record.pid)
  const recycled = { ...record, start_ticks: (record.start_ticks ?? 0) - 1, family: 'another', members: [] }
  expect(stateOf(recycled)).toBe('dead')
  expect(await stopStanding(recycled)).toMatchObject({ how: 'had-exited', clean: true })
  expect(isAlive(before)).toBe(true)
})

test('of another start of the machine, and of another host, nothing is touched', async () => {
  const record = await leftServer()
  expect(stateOf({ ...record, host: 'another-host' })).toBe('elsewhere')
  const rebooted = { ...record, boot_id: 'before' }
  expect(stateOf(rebooted)).toBe('dead')
  expect(await stopStanding(rebooted)).toMatchObject({ how: 'had-exited' })
  expect(stateOf(record)).toBe('alive')
})

test('a state is claimed once, replaced whole, and read back', async () => {
  const record = await leftServer()
  const path = join(folder, 'a.json')
  expect([claimRecord(path, record), claimRecord(path, record)]).toEqual([true, false])
  replaceRecord(path, { ...record, model: 'other' })
  expect(readRecord(path)).toEqual({ ...record, model: 'other' })
  expect(readdirSync(folder).sort()).toEqual(['a.json', 'server.log'])
})

test('a broken state file is one line', () => {
  const path = join(folder, 'a.json')
  writeFileSync(path, '{"pid": 1}')
  expect(() => readRecord(path)).toThrow(/a\.json: not the state of a server\./)
  expect(readServerFiles(join(folder, 'none'))).toEqual([])
})
