import { expect, test } from 'vitest'
import { curveStyles } from './curve-style.ts'

const looks = { vllm: { color: 'orange', marker: 'x', dimensions: ['tp'] as const } }

test("a backend's first curve has its own colour; a second label of it another one", () => {
  const curves = [
    { name: 'before', backend: 'vllm' },
    { name: 'after', backend: 'vllm' },
  ]
  const styles = curveStyles(curves, looks)
  expect(styles.get('before')).toEqual({ color: '#e8820c', shape: 'diamond', dash: [] })
  expect(styles.get('after')?.color).not.toBe('#e8820c')
  expect(styles.get('after')?.shape).not.toBe('diamond')
})

test('curves of unknown backends differ in colour and shape', () => {
  const curves = ['a', 'b', 'c', 'd'].map((name) => ({ name, backend: name }))
  const styles = [...curveStyles(curves, {}).values()]
  expect(new Set(styles.map((style) => style.color)).size).toBe(4)
  expect(new Set(styles.map((style) => style.shape)).size).toBe(4)
})
