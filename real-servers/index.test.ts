import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { realServers } from './index.ts'

test('every file of servers/ is listed, by its name', () => {
  const files = readdirSync(new URL('servers', import.meta.url)).map((file) => file.replace(/\.ts$/, ''))
  expect(Object.keys(realServers).sort()).toEqual(files.sort())
})
