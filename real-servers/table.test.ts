import { expect, test } from 'vitest'
import { visitTable } from './table.ts'

test('one row a server, failures and skips aloud', () => {
  const rest = { version: '1.2', points: 4, okRequests: 64, seconds: 61.7 }
  const table = visitTable([
    { name: 'a', ...rest, outcome: { kind: 'checked', passed: 9, failed: 0, unjudged: 0 } },
    { name: 'bb', ...rest, outcome: { kind: 'checked', passed: 8, failed: 1, unjudged: 2 } },
    { name: 'c', ...rest, version: null, points: 0, outcome: { kind: 'skipped', why: 'no python3' } },
  ])
  expect(table.split('\n')).toEqual([
    'server  version  points  ok requests  time  checks',
    'a       1.2           4           64  62 s  9 passed',
    'bb      1.2           4           64  62 s  8 passed, 1 FAILED, 2 not judged',
    'c       -             0           64  62 s  SKIPPED: no python3',
  ])
})
