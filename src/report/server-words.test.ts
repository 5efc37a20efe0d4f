import { expect, test } from 'vitest'
import type { ResultFile } from '../result/schema.ts'
import { replicaLines, startupWords } from './server-words.ts'
import { syntheticResult } from './testing.ts'

const startup = { spawn_s: 0.0123, port_open_s: 2, ready_s: 4.25, first_token_s: null }

test('the moments of a start, those that are known', () => {
  expect(startupWords(startup)).toBe('started after 0.0123 s, port open after 2.00 s, ready after 4.25 s')
  expect(startupWords(null)).toBe('')
})

test('replicas with their part of the requests of all points', () => {
  const replica = { endpoint: 'http://a', identity: {}, argv: ['vllm'], gpus: '0,1', log: 'a.log', startup }
  const other = { ...replica, endpoint: 'http://b', gpus: null, startup: null }
  const results = [
    [3, 1],
    [4, 2],
  ].map((requests): ResultFile => {
    const result = syntheticResult()
    const { server } = result.servemark
    const balance = { rule: 'least-in-flight', requests, ok: requests }
    return { ...result, servemark: { ...result.servemark, balance, server: { ...server, replicas: [replica, other] } } }
  })
  expect(replicaLines(results)).toEqual([
    'Replica 1 at http://a, GPUs 0,1, started after 0.0123 s, port open after 2.00 s, ready after 4.25 s, 7 of 10 requests (least-in-flight)',
    'Replica 2 at http://b, 3 of 10 requests (least-in-flight)',
  ])
  expect(replicaLines([syntheticResult()])).toEqual([])
})
