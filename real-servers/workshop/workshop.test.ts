import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { Workshop } from './workshop.ts'

const folder = mkdtempSync(join(tmpdir(), 'servemark-workshop-'))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const workshop = () => new Workshop({ folder, signal: new AbortController().signal, note: () => {} })

/** Writes how often it was called. */
function counting() {
  let calls = 0
  return async (target: string) => writeFileSync(join(target, 'calls'), String(++calls))
}

test('what was made is kept, and made anew by another recipe', async () => {
  const make = counting()
  const ensure = async (version: string) => {
    const made = await workshop().ensure({ name: 'thing', ingredients: [version], make })
    return readFileSync(join(made, 'calls'), 'utf8')
  }
  expect([await ensure('1'), await ensure('1'), await ensure('2'), await ensure('1')]).toEqual(['1', '1', '2', '3'])
})

test('what failed half-way is not taken for made', async () => {
  const failing = async (target: string) => {
    writeFileSync(join(target, 'half'), '')
    throw new Error('no network')
  }
  await expect(workshop().ensure({ name: 'thing', ingredients: [], make: failing })).rejects.toThrow('no network')
  expect(existsSync(join(folder, 'thing'))).toBe(false)
  const made = await workshop().ensure({ name: 'thing', ingredients: [], make: counting() })
  expect(readFileSync(join(made, 'calls'), 'utf8')).toBe('1')
})

test('a command that fails says so in a line, with the end of what it wrote', async () => {
  const failing = workshop().run('step', ['sh', '-c', 'echo one; echo "no such package" >&2; exit 3'])
  await expect(failing).rejects.toThrow(/^sh -c .* ended with 3: one \| no such package\. Log: .*step\.log$/)
  await expect(workshop().run('step', ['no-such-program'])).rejects.toThrow(
    'the program "no-such-program" was not found',
  )
})
