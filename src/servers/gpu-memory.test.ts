import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeHeldMemory, readGpuMemory, untilMemoryFree } from './gpu-memory.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'servemark-gpus-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** An `nvidia-smi` of two GPUs of 80 GiB; of the first it says `used` MiB, one number a look, the last for ever. */
function fakeGpus(used: readonly number[], processes = '') {
  writeFileSync(join(folder, 'looks'), used.join('\n'))
  writeFileSync(join(folder, 'processes'), processes)
  const script = `#!/bin/sh
cd '${folder}'
case "$1" in
  --query-gpu=*)
    used=$(head -n 1 looks)
    if [ "$(wc -l < looks)" -gt 0 ]; then tail -n +2 looks > rest; mv rest looks; fi
    echo "0, GPU-a, $used, 81920"
    echo "1, GPU-b, 3, 81920" ;;
  *) cat processes ;;
esac
`
  writeFileSync(join(folder, 'nvidia-smi'), script)
  chmodSync(join(folder, 'nvidia-smi'), 0o755)
  return { PATH: `${folder}:${process.env['PATH']}` }
}

/** What is said, and how long was waited, between the memory before a server and the memory after it. */
async function free(used: readonly number[], processes = '') {
  const environment = fakeGpus(used, processes)
  const notes: string[] = []
  let waited = 0
  const before = await readGpuMemory(environment)
  await untilMemoryFree(before, {
    environment,
    note: (line) => notes.push(line),
    limitSeconds: 2,
    sleep: async (milliseconds) => void (waited += milliseconds / 1000),
  })
  return { notes, waited }
}

test('memory is read of each GPU', async () => {
  expect(await readGpuMemory(fakeGpus([1024]))).toEqual([
    { index: 0, uuid: 'GPU-a', used: 1024, total: 81_920 },
    { index: 1, uuid: 'GPU-b', used: 3, total: 81_920 },
  ])
})

test('a machine without nvidia-smi has no GPUs, and nothing is waited for', async () => {
  const environment = { PATH: folder }
  expect(await readGpuMemory(environment)).toEqual([])
  await untilMemoryFree([], { environment, note: () => expect.unreachable() })
})

test('memory that is free at once is not waited for', async () => {
  expect(await free([1000, 1100])).toEqual({ notes: [], waited: 0 })
})

test('memory that comes free is waited for, and it is said for what', async () => {
  expect(await free([1024, 40_960, 20_480, 1024])).toEqual({
    notes: ['waiting up to 2 s for GPU memory to come free: GPU 0 holds 40.0 GiB, 1.0 before the server started'],
    waited: 1,
  })
})

test('memory that does not come free is told with who holds it', async () => {
  const { notes, waited } = await free(
    [1024, 40_960],
    '77, python3, 39936, GPU-a\n78, other, 10, GPU-b\n79, x, [N/A], GPU-a',
  )
  expect(waited).toBe(2)
  expect(notes.at(-1)).toBe(
    'GPU memory did not come free in 2 s: GPU 0 holds 40.0 GiB, 1.0 before the server started. ' +
      'Held by pid 77 (python3, 39.0 GiB), pid 79 (x). The next server may not fit',
  )
})

test('nobody may be named', async () => {
  const { notes } = await free([1024, 40_960])
  expect(notes.at(-1)).toContain('nvidia-smi names no process that holds it')
})

test.each([
  [2000, null],
  [16_384, /^GPU memory is held by others before the server starts: GPU 0: 16\.0 of 80\.0 GiB\. Held by pid 5 \(a/],
])('%s MiB held before the start', async (used, expected) => {
  const environment = fakeGpus([used], '5, a, 100, GPU-a')
  const line = await describeHeldMemory(await readGpuMemory(environment), environment)
  expect(line === null ? null : expected?.test(line)).toBe(expected === null ? null : true)
})
