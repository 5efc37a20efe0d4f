import { mkdtempDisposableSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { expect, test } from 'vitest'

const list = (words: readonly string[]) => execa(process.execPath, ['scripts/list.ts', ...words], { reject: false })

test('a bench file that is wrong is named and hides no other', { timeout: 30_000 }, async () => {
  using folder = mkdtempDisposableSync(join(tmpdir(), 'servemark-list-'))
  const write = (name: string, model: string) =>
    writeFileSync(
      join(folder.path, `${name}.bench.ts`),
      `export default ${JSON.stringify({ model, backends: ['llamacpp'], clients: [1] })}`,
    )
  write('lost', '/nowhere/m.gguf')
  write('whole', 'servemark/llama-15m')
  const { stdout, stderr, exitCode } = await list(['--benches', folder.path])
  expect(stderr).toBe('lost: model: /nowhere/m.gguf does not exist')
  expect(stdout).toMatch(/^whole\n {2}llamacpp/)
  expect(exitCode).toBe(1)
})

test('--help, and what may be meant', { timeout: 30_000 }, async () => {
  expect(await list(['--help'])).toMatchObject({ stdout: expect.stringMatching(/^npm run list -- /), exitCode: 0 })
  expect(await list(['--project', 'smok'])).toMatchObject({
    stderr: expect.stringMatching(/^no project "smok"; did you mean "smoke"\? known: example, /),
    exitCode: 2,
  })
})
