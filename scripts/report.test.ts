import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { syntheticResult } from '../src/report/testing.ts'

const run = promisify(execFile)

async function script(name: 'plot' | 'report', ...args: string[]) {
  const outDir = await mkdtemp(join(tmpdir(), 'servemark-script-'))
  onTestFinished(() => rm(outDir, { recursive: true }))
  await mkdir(join(outDir, 'vllm'))
  await writeFile(join(outDir, 'vllm', 'a.json'), JSON.stringify(syntheticResult()))
  if (args.includes('other')) {
    await mkdir(join(outDir, 'other'))
    await writeFile(join(outDir, 'other', 'a.json'), JSON.stringify(syntheticResult({ ttft: 0.5, label: 'other' })))
  }
  const env = { ...process.env, INIT_CWD: outDir }
  const ended = run(process.execPath, [join(import.meta.dirname, `${name}.ts`), '--out-dir', '.', ...args], { env })
  const { stdout, stderr, code } = await ended.then(
    (streams) => ({ ...streams, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
  return { stdout, stderr, code, outDir }
}

test('report: writes plots and page of what is stored, relative to where it was typed', async () => {
  const { stdout, outDir } = await script('report')
  expect(await readdir(outDir)).toEqual(['plots', 'report.html', 'vllm'])
  expect(stdout.trim().split('\n').at(-1)).toBe(join(outDir, 'report.html'))
})

test('report --markdown: prints a table and writes nothing', async () => {
  const { stdout, outDir } = await script('report', '--markdown')
  expect(stdout).toMatch(/^\| verdict \| point \|/)
  expect(await readdir(outDir)).toEqual(['vllm'])
})

test('report of two folders: says what changed from the first to the second', async () => {
  const { stdout } = await script('report', 'vllm', 'other', '--markdown')
  expect(stdout).toMatch(/^\*\*Against vllm: .*\n\n\| point \| figure \| before \| after \|/)
})

test('plot: draws the given folders', async () => {
  const { stdout } = await script('plot', 'vllm')
  expect(stdout).toMatch(/plots\/throughput_latency\/.*\.svg\n.*\.png\n/)
})

test('a slip is one line and exit code 2', async () => {
  expect(await script('plot', '--bogus')).toMatchObject({
    code: 2,
    stderr: "plot: Unknown option '--bogus'. All options: npm run plot -- --help\n",
  })
  expect(await script('report', 'nowhere')).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/^report: cannot read .*\(ENOENT\)\n$/),
  })
})
