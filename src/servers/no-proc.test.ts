import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, test, vi } from 'vitest'
import { endFamily } from './end-family.ts'
import { createFamily } from './process-family.ts'

vi.setConfig({ testTimeout: 30_000 })
vi.mock('./process-tree.ts', async (original) => ({ ...(await original<object>()), hasProc: false }))

test('without /proc a group is ended by signals alone', async () => {
  // One process: an orphan would take signals as a zombie for as long as init does not reap it.
  const script = 'trap "" TERM; echo ready; exec sleep 300'
  const leader = spawn('/bin/sh', ['-c', script], { detached: true, stdio: ['ignore', 'pipe', 'ignore'] })
  await once(leader.stdout, 'data')
  const family = createFamily('none', { pid: leader.pid as number, startTicks: null })
  const limits = { own: null, terminateSeconds: 0.2, killSeconds: 10, stragglerSeconds: 0 }
  expect(await endFamily(family, limits)).toEqual({ step: 'kill', remaining: [] })
  expect(() => process.kill(-(leader.pid as number), 0)).toThrow('ESRCH')
})
