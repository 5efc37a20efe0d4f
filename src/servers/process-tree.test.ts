import { spawn, spawnSync } from 'node:child_process'
import { expect, test, vi } from 'vitest'
import { commandOf, identityOf, isAlive, isRunning, listProcesses, parseStat, readProcess } from './process-tree.ts'
import { wasStartedWith } from './process-tree.ts'
import { eventually } from './testing/eventually.ts'

// Limits for a busy machine, not expectations.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

const tail = '1 77 78 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1000 200'

test.each(['sh', 'a) S 1 (b', 'two words', 'new\nline'])('reads a stat line with the name %j', (name) => {
  expect(parseStat(`42 (${name}) Z ${tail}\n`)).toEqual({
    pid: 42,
    name,
    state: 'Z',
    parent: 1,
    group: 77,
    session: 78,
    startTicks: 987_654,
  })
})

test('a line that was cut is no process', () => {
  expect(parseStat('42 (sh) S 1')).toBeNull()
  expect(parseStat('')).toBeNull()
})

test('finds this process, its parent and its command', () => {
  expect(readProcess(process.pid)).toMatchObject({ pid: process.pid, parent: process.ppid })
  expect(listProcesses().map(({ pid }) => pid)).toContain(process.pid)
  expect(commandOf(process.pid)).not.toBe('')
})

test('a process is not another one that has its pid', () => {
  const self = identityOf(process.pid)
  expect(isAlive(self)).toBe(true)
  expect(isAlive({ pid: self.pid, startTicks: (self.startTicks as number) - 1 })).toBe(false)
})

test('a process that ended is not alive', () => {
  const { pid } = spawnSync('true')
  expect(isAlive({ pid, startTicks: null })).toBe(false)
})

test('a zombie is not running', async () => {
  // sh becomes a sleep that never asks for its child's exit code.
  const parent = spawn('/bin/sh', ['-c', 'true & exec sleep 300'], { stdio: 'ignore' })
  const zombie = await eventually('a zombie', () =>
    listProcesses().find((info) => info.parent === parent.pid && info.state === 'Z'),
  )
  expect(isRunning(zombie)).toBe(false)
  expect(isAlive(zombie)).toBe(false)
  parent.kill('SIGKILL')
})

test('knows what a process was started with, whole entries only', () => {
  const child = spawn('sleep', ['300'], { env: { PATH: process.env['PATH'], MARK: 'abc' }, stdio: 'ignore' })
  const pid = child.pid as number
  expect(['MARK=abc', 'MARK=ab', 'ARK=abc'].map((entry) => wasStartedWith(pid, entry))).toEqual([true, false, false])
  child.kill('SIGKILL')
})
