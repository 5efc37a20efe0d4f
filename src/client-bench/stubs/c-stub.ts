import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readColumns } from '../columns-file.ts'
import type { BenchStub, Schedule, Truth } from './bench-stub.ts'

const phases: Readonly<Record<Schedule['phase'], string>> = { fixed: 'fixed', staggered: 'stagger', lockStep: 'lock' }

/** The server in C. It ends when its input does, so that it does not outlive this process. */
export async function startCStub(
  program: string,
  { ttftMs, gapMs, phase }: Schedule,
  directory: string,
): Promise<BenchStub> {
  const log = join(directory, `stub-${process.pid}-${process.hrtime.bigint()}.log`)
  const words = [String(Math.round(ttftMs * 1e6)), String(Math.round(gapMs * 1e6)), phases[phase], log]
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = (await Promise.race([
    once(child.stdout, 'data'),
    exited.then(([code]) => Promise.reject(new Error(`the stub in C ended at its start (${code})`))),
  ])) as [Buffer]
  return {
    pid: child.pid ?? -1,
    url: `http://127.0.0.1:${Number(line.toString())}`,
    async finish(): Promise<Truth> {
      child.stdin.end()
      const [code] = (await exited) as [number | null]
      if (code !== 0) throw new Error(`the stub in C ended with ${code}`)
      const [id, received, firstDue, , chunkStart, sent] = await readColumns(log)
      await rm(log)
      if (!id || !received || !firstDue || !chunkStart || !sent) throw new Error('the log of the stub in C is cut')
      return { id, received, firstDue, chunkStart, sent }
    },
  }
}
