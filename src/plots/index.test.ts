import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { plots } from './index.ts'

test('every file that declares a plot is listed', () => {
  const declaring = readdirSync(import.meta.dirname)
    .filter((file) => !file.endsWith('.test.ts'))
    .filter((file) => /^export const \w+: Plot = \{/m.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')))
  expect(declaring.map((file) => file.replace(/\.ts$/, '')).sort()).toEqual(Object.keys(plots).sort())
})

test('each plot is listed under its id and has a directory of its own', () => {
  expect(Object.values(plots).map((plot) => plot.id)).toEqual(Object.keys(plots))
  expect(new Set(Object.values(plots).map((plot) => plot.directory)).size).toBe(Object.keys(plots).length)
})
