import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readColumns } from '../columns-file.ts'
import type { Job } from '../job.ts'
import type { Client } from './client.ts'

/** The client in C: what is left over it is the runtime's and ours. */
export const cEpoll: Client = {
  id: 'c',
  label: 'C epoll',
  kind: 'c',
  async run(job, { directory, programs }, onProcess) {
    if (programs === null) throw new Error('the client in C is not built')
    const path = join(directory, `client-${process.pid}-${process.hrtime.bigint()}.result`)
    const child = spawn(programs.client, { stdio: ['pipe', 'ignore', 'inherit'] })
    const exited = once(child, 'exit')
    onProcess(child.pid ?? -1)
    child.stdin.end(inputOf(job, path))
    const [code] = (await exited) as [number | null]
    if (code !== 0) throw new Error(`the client in C ended with ${code}`)
    const [meta, id, intended, writeStart, chunkStart, time, read] = await readColumns(path)
    await rm(path)
    if (!meta || !id || !intended || !writeStart || !chunkStart || !time || !read) {
      throw new Error('the result of the client in C is cut')
    }
    const [startNs = NaN, endNs = NaN] = meta
    return { startNs, endNs, id, intended, writeStart, chunkStart, time, read, selfReported: null }
  },
}

function inputOf({ url, streams, warmup, tokens, promptBytes, pace }: Job, path: string): string {
  const limit = pace.kind === 'closed' ? Math.round((pace.seconds ?? 0) * 1e9) : 0
  const at = (row: number): number => (pace.kind === 'open' ? Math.round((pace.seconds[row] ?? 0) * 1e9) : -1)
  const { port } = new URL(url)
  const head = [port, streams, warmup.rounds, warmup.tokens, limit, promptBytes, tokens.length, path]
  return [head.join(' '), ...tokens.map((count, row) => `${count} ${at(row)}`)].join('\n')
}
