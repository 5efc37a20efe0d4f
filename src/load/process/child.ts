import { join } from 'node:path'
import { UserError } from '../../errors.ts'
import { OutputError } from '../../output-folder.ts'
import type { PlannedRequest } from '../plan.ts'
import { rehearses } from '../rehearsal/no-rehearsal.ts'
import { rehearse } from '../rehearsal/rehearse.ts'
import { recordLoad } from '../run-load.ts'
import { Crew } from '../threads/crew.ts'
import type { FromChild, ListName, PlanHead, ToChild } from './messages.ts'
import { incoming } from './plan-batches.ts'
import { writeRecording } from './recording-file.ts'
import { lowerV8Threads } from './v8-threads.ts'

/** Entry of the load process: takes plans one after the other and answers each with the file of its recording. */

/** Beyond so many bytes, what is recorded goes to disk while it is recorded. */
const beyondBytes = 64 * 1024 * 1024

const crew = new Crew({ rehearses })
let current: AbortController | null = null
let serial = 0
let takeBatch: (requests: readonly PlannedRequest[]) => void = () => undefined

for (const signal of ['SIGINT', 'SIGHUP', 'SIGTERM'] as const) {
  process.on(signal, () => {
    // The parent decides when to stop: a signal to the whole terminal group must not lose the recording.
  })
}
process.on('disconnect', () => process.exit())
process.on('message', (message: ToChild) => {
  if (message.kind === 'abort') current?.abort()
  else if (message.kind === 'requests') takeBatch(message.requests)
  else void run(message.plan, message.directory)
})
lowerV8Threads()
// First: sending is among what V8 compiles anew for when it happens for the first time.
send({ kind: 'ready' })
const rehearsed = rehearses ? rehearse() : null

async function run(plan: PlanHead, directory: string): Promise<void> {
  const controller = new AbortController()
  current = controller
  await rehearsed
  const path = join(directory, `load-${process.pid}-${serial++}.bin`)
  try {
    const recording = await recordLoad(incoming(plan, more), {
      signal: controller.signal,
      onProgress: (progress) => send({ kind: 'progress', progress }),
      crew,
      spill: { path: `${path}.spill`, beyondBytes },
    })
    await writeRecording(path, recording)
    send({ kind: 'done', path })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof OutputError) send({ kind: 'unwritten', message })
    else if (error instanceof UserError) send({ kind: 'failed', message, exitCode: error.exitCode })
    else send({ kind: 'failed', message: error instanceof Error ? (error.stack ?? message) : message, exitCode: null })
  } finally {
    current = null
  }
}

function more(list: ListName, from: number): Promise<readonly PlannedRequest[]> {
  return new Promise((resolve) => {
    takeBatch = resolve
    send({ kind: 'more', list, from })
  })
}

function send(message: FromChild): void {
  process.send?.(message)
}
