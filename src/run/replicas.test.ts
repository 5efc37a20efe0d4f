import { expect, test } from 'vitest'
import { fakePrograms } from './testing/fake-programs.ts'
import { runBench } from './testing/run-bench.ts'

/** An `nvidia-smi` of four GPUs that hold nothing, but once, at the second look. */
const fourGpus = (folder: string) => `case "$1" in --query-gpu=*) ;; *) exit ;; esac
echo look >> '${folder}/looks'
if [ "$(wc -l < '${folder}/looks')" = 2 ]; then used=9000; else used=3; fi
for gpu in 0 1 2 3; do echo "$gpu, GPU-$gpu, $used, 81920"; done`

const twoReplicas = { backends: ['vllm'], tensorParallel: [2], replicas: [2] }

test('replicas are servers of their own, balanced by the load generator, all stored and all ended', async () => {
  using programs = fakePrograms()
  programs.add('nvidia-smi', fourGpus(programs.folder))
  const { points, logs, notes } = await runBench(twoReplicas, programs.environment())
  expect(notes.join()).toMatch(/waiting up to 60 s for GPU memory to come free: GPU 0 holds 8\.8 GiB, 0\.0 before/)
  const starts = programs.recorded().filter(({ started }) => started !== undefined)
  expect(new Set(starts.map(({ port }) => port)).size).toBe(2)
  expect(starts.map(({ gpus }) => String(gpus)).sort()).toEqual(['0,1', '2,3'])
  for (const { started } of starts) expect(() => process.kill(Number(started), 0)).toThrow('ESRCH')
  expect(logs).toHaveLength(2)
  const { balance, server, requests, outcomes } = points[0]!.file!.servemark
  expect(points[0]!.failure).toBeNull()
  expect([outcomes.ok, balance]).toEqual([6, { rule: 'round-robin', requests: [3, 3], ok: [3, 3] }])
  expect(requests['endpoint']).toEqual([0, 1, 0, 1, 0, 1])
  expect(server.replicas).toMatchObject([
    { gpus: '0,1', identity: { version: '0.32.0' }, log: expect.stringMatching(/-1\.log$/) },
    { gpus: '2,3', identity: { version: '0.32.0' }, log: expect.stringMatching(/-2\.log$/) },
  ])
  expect(server.replicas?.map(({ endpoint }) => endpoint).join(' ')).toBe(server.endpoint)
  const ready = server.replicas!.map(({ startup }) => startup?.['ready_s'] ?? 0)
  expect(server.startup?.['ready_s']).toBe(Math.max(...ready))
})

test('a replica that dies ends the point, in a line that names it; all start again for the next, which is measured', async () => {
  using programs = fakePrograms()
  const { points, notes } = await runBench(
    { ...twoReplicas, requests: 200, clients: [2, 3] },
    programs.environment({ exitAfter: 60, replica: '2,3', once: true }),
  )
  const [first, second] = points
  expect(first?.failure).toMatch(
    /^vllm replica 2 of 2: the server exited with code 3 while it was measured\. Log: .*-2\.log/,
  )
  expect([second?.failure, second?.file?.servemark.outcomes.ok]).toEqual([null, 200])
  expect(notes).toContain('the server is gone; starting it again')
  expect(programs.recorded().filter(({ started }) => started !== undefined)).toHaveLength(4)
})

test('a replica that ends while it loads ends the others', async () => {
  using programs = fakePrograms()
  const { startFailure } = await runBench(twoReplicas, programs.environment({ exitAfter: 0, replica: '0,1' }))
  expect(startFailure).toMatch(/^vllm replica 1 of 2: the server exited with code 3 while loading/)
  const starts = programs.recorded().filter(({ started }) => started !== undefined)
  for (const { started } of starts) expect(() => process.kill(Number(started), 0)).toThrow('ESRCH')
})

test('replicas need their GPUs', async () => {
  using programs = fakePrograms()
  programs.add('nvidia-smi', fourGpus(programs.folder))
  const { startFailure } = await runBench({ ...twoReplicas, tensorParallel: [4] }, programs.environment())
  expect(startFailure).toBe('vllm: replicas x tensor-parallel degree needs 8 GPUs, there are 4 (0,1,2,3)')
  expect(programs.recorded()).toEqual([])
})
