import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { cannotWrite, checkFolder, makeFolder } from './output-folder.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'servemark-folder-'))
})
afterEach(() => rmSync(root, { recursive: true }))

test('makes a folder with its parents, twice alike', () => {
  const path = join(root, 'a', 'b', 'c')
  makeFolder(path)
  makeFolder(path)
  expect(existsSync(path)).toBe(true)
})

test('a check makes nothing', () => {
  checkFolder(join(root, 'a', 'b'))
  expect(existsSync(join(root, 'a'))).toBe(false)
})

test.skipIf(!existsSync('/proc/self'))('a file system that takes no folders is told at once', () => {
  expect(() => makeFolder('/proc/servemark/runs')).toThrow(/ENOENT|EACCES|EROFS|EPERM/)
})

test('a file in the way is told by its code', () => {
  const file = join(root, 'file')
  writeFileSync(file, '')
  for (const make of [makeFolder, checkFolder]) {
    expect(() => make(join(file, 'x'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
  }
})

test('one line with the code and what to do', () => {
  const error = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  expect(cannotWrite('/x', error).message).toBe(
    'results: cannot write /x (ENOSPC). Choose another folder: --out-dir ...',
  )
})
