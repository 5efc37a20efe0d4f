import { expect, test } from 'vitest'
import { simulatedResult, usualServer } from '../metrics/comparison/testing.ts'
import type { ResultFile } from '../result/schema.ts'
import { bestLines, bestMarkdown } from './best-text.ts'

const measured = (label: string, factor: number, seed: number, status: 'valid' | 'invalid' = 'valid'): ResultFile => {
  const server = { ...usualServer, ttft: usualServer.ttft * factor, gap: usualServer.gap * factor }
  const result = simulatedResult(server, seed)
  const { servemark } = result
  const point = { ...servemark.point, result_label: label }
  return { ...result, servemark: { ...servemark, point, verdict: { ...servemark.verdict, status } } }
}

test('the fastest of three is the best in each figure', () => {
  const lines = bestLines([measured('fast', 1, 1), measured('middle', 1.3, 2), measured('slow', 1.6, 3)])
  expect(lines[0]).toMatch(/^Best at which load \(/)
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}output_token_throughput +★ fast at 4 clients$/))
  expect(lines.filter((line) => /★ (middle|slow)/.test(line))).toEqual([])
})

test('servers that are alike have no clear winner', () => {
  const text = bestMarkdown([measured('one', 1, 1), measured('other', 1, 2)])
  expect(text).toMatch(/^\*\*Best at which load\*\* /)
  expect(text).toContain('- `ttft.p50`: = no clear winner among one, other at 4 clients')
})

test('an invalid one takes no part, and a line says so beside the winner of the others', () => {
  const three = [measured('fast', 1, 1), measured('middle', 1.3, 2, 'invalid'), measured('slow', 1.6, 3)]
  expect(bestLines(three)[1]).toBe('  ✗ middle takes no part at 4 clients: invalid')
  expect(bestMarkdown(three)).toContain('- ✗ middle takes no part at 4 clients: invalid\n')
  const lines = bestLines([measured('fast', 1, 1, 'invalid'), measured('slow', 1.6, 2)])
  expect(lines).toContainEqual(expect.stringContaining('only slow may be used at 4 clients'))
})

test('one server alone is compared with nothing', () => {
  expect(bestLines([measured('fast', 1, 1)])).toEqual([])
  expect(bestMarkdown([measured('fast', 1, 1)])).toBe('')
})
