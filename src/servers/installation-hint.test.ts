import { expect, test } from 'vitest'
import { installationHint } from './installation-hint.ts'

const launch = { argv: ['python3'], missing: 'SGLang: pip install "sglang[all]"' } as const
const hint = (...lines: readonly string[]) => installationHint(lines, launch)

/** As Python, its argparse and click, clap and llama.cpp say it. */
test.each([
  ['/usr/bin/python3: No module named sglang', 'python3 has no module "sglang"'],
  ["ModuleNotFoundError: No module named 'sglang.launch_server'", 'python3 has no module "sglang.launch_server"'],
  [
    'api_server.py: error: unrecognized arguments: --disable-uvicorn-access-log',
    'the installed version does not know "--disable-uvicorn-access-log"',
  ],
  ["vllm: error: argument subparser: invalid choice: 'serve' (choose from 'bench')", 'does not know "serve"'],
  ['Error: No such option: --backend', 'does not know "--backend"'],
  ["error: unexpected argument '--num-shard' found", 'does not know "--num-shard"'],
  ['error: invalid argument: --no-webui', 'does not know "--no-webui"'],
])('%s', (line, words) => {
  const text = hint('Traceback (most recent call last):', line, '')
  expect(text).toContain(words)
  expect(text).toMatch(/SGLang: pip install "sglang\[all\]"$/)
})

test('other ends are not explained', () => {
  expect(hint('CUDA error: out of memory', 'ERROR: invalid model name')).toBeNull()
  expect(hint()).toBeNull()
})
