import { expect, test } from 'vitest'
import { readMachine } from './machine.ts'

const stat = 'cpu  100 50 200 1000 40 5 5 30 7 0\ncpu0 1 2 3 4 5 6 7 8 9 0\nintr 5\n'

function files(given: Readonly<Record<string, string>>): (path: string) => string {
  return (path) => {
    const text = given[path]
    if (text === undefined) throw new Error(`no ${path}`)
    return text
  }
}

test('core times in seconds; time of guests is within that of users', () => {
  const { total, busy, steal } = readMachine(files({ '/proc/stat': stat }))
  expect([total, busy, steal]).toEqual([14.3, 3.6, 0.3])
})

test.each([
  ['version 2', '0::/a/b\n', '/sys/fs/cgroup/a/b/cpu.stat', 'usage_usec 9\nthrottled_usec 2500000\n'],
  [
    'version 1',
    '5:memory:/x\n4:cpu,cpuacct:/a\n',
    '/sys/fs/cgroup/cpu/a/cpu.stat',
    'nr_throttled 1\nthrottled_time 2500000000\n',
  ],
  ['a container that sees its group as the root', '0::/a/b\n', '/sys/fs/cgroup/cpu.stat', 'throttled_usec 2500000\n'],
])('time without quota: %s', (_, group, path, text) => {
  expect(readMachine(files({ '/proc/self/cgroup': group, [path]: text })).throttled).toBe(2.5)
})

test('where the system tells nothing, nothing is known', () => {
  expect(readMachine(files({}))).toEqual({ total: null, busy: null, steal: null, throttled: null })
})
