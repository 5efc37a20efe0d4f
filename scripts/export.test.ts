import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { plotWords } from './plot-words.ts'
import { distinctLabels } from './read-points.ts'

const run = promisify(execFile)

const answer = (start: number) => ({
  generated_tokens: ['a', 'b', 'c', 'd'],
  prompt: 'a prompt',
  start_time: start,
  end_time: start + 0.5,
  model_time: 0,
  token_gen_time: [0.2, 0.1, 0.1, 0.1],
})

/** A folder as the original leaves it: two backends, of which one has a group more, and a broken file. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'servemark-export-'))
  onTestFinished(() => rm(path, { recursive: true }))
  const write = async (backend: string, prompt: number, clients: number) => {
    const args = { model: 'm/x-7b', backend, tp_size: 1, max_ragged_batch_size: 768, num_replicas: 1, stream: true }
    const point = { mean_prompt_length: prompt, mean_max_new_tokens: 60, num_clients: clients }
    const file = {
      args: { ...args, ...point },
      time: '2026-01-01 00:00:00.000000',
      response_details: [answer(1), answer(1.1), answer(2)],
    }
    await mkdir(join(path, 'logs', backend), { recursive: true })
    await writeFile(
      join(path, 'logs', backend, `m_x-7b-tp1-bs768-replicas1-prompt${prompt}-gen60-clients${clients}.json`),
      JSON.stringify(file),
    )
  }
  for (const backend of ['vllm', 'fastgen']) for (const clients of [1, 2]) await write(backend, 2600, clients)
  await write('vllm', 1200, 1)
  await writeFile(join(path, 'logs', 'vllm', 'broken-clients1.json'), '{"args": ')
  return path
}

async function script(name: 'plot' | 'export', cwd: string, ...args: string[]) {
  const env = { ...process.env, INIT_CWD: cwd }
  const ended = run(process.execPath, [join(import.meta.dirname, `${name}.ts`), ...args], { env, maxBuffer: 1e8 })
  return ended.then(
    (streams) => ({ ...streams, code: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => error,
  )
}

test("plot: the original's options draw its groups, and name what cannot be compared", async () => {
  const path = await folder()
  const { stderr } = await script(
    'plot',
    path,
    'th-lat',
    '--data_dirs',
    'logs/vllm',
    'logs/fastgen',
    '--out_dir',
    'drawn',
    '--classic',
  )
  expect(await readdir(join(path, 'drawn'))).toEqual([
    'm_x-7b-tp1-bs768-replicas1-prompt2600-gen60.png',
    'm_x-7b-tp1-bs768-replicas1-prompt2600-gen60.svg',
  ])
  expect(stderr).toMatch(
    /WARNING: vllm has points that are not in every directory.*\nmodel .*\nm_x-7b +1 +768 +1 +1200 +60\n/,
  )
  expect(stderr).toContain('vllm/broken-clients1.json is broken: ')
})

test('plot: directories by log directory and backend, beside it too', async () => {
  const path = await folder()
  await cp(join(path, 'logs', 'vllm'), join(path, 'logs_aml'), { recursive: true })
  const { stdout } = await script('plot', path, 'latency-percentile', '--log-dir', 'logs', '--backend', 'vllm', 'aml')
  expect(stdout).toContain(
    join(path, 'results/plots/percentile_token_latency/p95_token_latency_m_x-7b_c1_tp1_p2600g60.svg'),
  )
})

test('plot and export: a slip is one line and exit code 2', async () => {
  const path = await folder()
  const slips = await Promise.all([
    script('plot', path, 'th-lot'),
    script('plot', path, 'th-lat', '--log-dir', 'logs', '--backend', 'sglang'),
    script('export', path, 'logs'),
    script('export', path, '--format', 'xml', 'logs'),
  ])
  expect(slips.map(({ code, stderr }) => [code, stderr.split('\n').length, stderr.slice(0, 34)])).toEqual([
    [2, 2, 'plot: "th-lot" is neither a plot n'],
    [2, 2, 'plot: no results of sglang: neithe'],
    [2, 2, 'export: name a format: --format cs'],
    [2, 2, 'export: --format xml is not known;'],
  ])
})

test('export: json holds all files but the broken one, which it names', async () => {
  const path = await folder()
  const { stderr } = await script(
    'export',
    path,
    '--format',
    'json',
    'logs',
    '--tokenizer',
    'gpt2',
    '--out',
    'all.json',
  )
  const all = JSON.parse(await readFile(join(path, 'all.json'), 'utf8')) as {
    files: object
    problems: string[]
    groups: { plotted: unknown }
  }
  expect(Object.keys(all.files)).toHaveLength(5)
  expect(all.problems).toEqual([expect.stringMatching(/^vllm\/broken-clients1\.json is broken: /)])
  expect(all.groups.plotted).toEqual([['m_x-7b', 1, 768, 1, 2600, 60]])
  expect(stderr.trim().split('\n')).toEqual(all.problems)
})

test('export: formats of a file a point lie in a folder a directory', async () => {
  const path = await folder()
  await script('export', path, '--format', 'vllm-bench', 'logs', '--out-dir', 'out')
  expect(await readdir(join(path, 'out'))).toEqual(['fastgen', 'vllm'])
  expect(await readdir(join(path, 'out', 'fastgen'))).toHaveLength(2)
})

test("the original's lists of values are taken, with underscores too", () => {
  const words = plotWords(
    ['th-lat', '--data_dirs', 'a', 'b', '--out_dir', 'o', '--classic', 'c'],
    new Set(['data-dirs']),
  )
  expect(words).toEqual(['th-lat', '--data-dirs=a', '--data-dirs=b', '--out-dir', 'o', '--classic', 'c'])
})

test('directories of one name are told apart by what stands before', () => {
  expect(distinctLabels(['/r/a/vllm', '/r/b/vllm'])).toEqual(['a/vllm', 'b/vllm'])
  expect(distinctLabels(['/r/a/vllm', '/r/a/fastgen'])).toEqual(['vllm', 'fastgen'])
})
