import { parentPort } from 'node:worker_threads'
import { UserError } from '../../errors.ts'
import { loadDecoder } from '../decoder-module.ts'
import { rehearses } from '../rehearsal/no-rehearsal.ts'
import { rehearse } from '../rehearsal/rehearse.ts'
import { openTransport } from '../transport/index.ts'
import { LoadThread } from './load-thread.ts'
import type { FromThread, ToThread } from './messages.ts'
import type { ThreadPart, ThreadTask } from './task.ts'
import type { News, Team } from './team.ts'

/** Entry of a load thread: takes tasks one after the other. */

const port = parentPort!
let team: RemoteTeam | null = null

/** The other threads, through the one that started them all. */
class RemoteTeam implements Team {
  readonly size: number
  readonly place: number
  onNews: (news: News) => void = () => undefined
  gathered: (numbers: readonly (readonly number[])[]) => void = () => undefined
  begun: (at: number) => void = () => undefined

  constructor({ size, place }: ThreadTask) {
    this.size = size.threads
    this.place = place
  }

  together(numbers: readonly number[]): Promise<readonly (readonly number[])[]> {
    return new Promise((resolve) => {
      this.gathered = resolve
      send({ kind: 'together', numbers })
    })
  }

  begin(): Promise<number> {
    return new Promise((resolve) => {
      this.begun = resolve
      send({ kind: 'begin' })
    })
  }

  tell(news: News): void {
    send({ kind: 'news', news })
  }
}

port.on('message', (message: ToThread) => {
  if (message.kind === 'run') void run(message.task)
  else if (message.kind === 'gathered') team?.gathered(message.numbers)
  else if (message.kind === 'begin') team?.begun(message.at)
  else team?.onNews(message.news)
})
if (rehearses) await rehearse()
send({ kind: 'up' })

async function run(task: ThreadTask): Promise<void> {
  team = new RemoteTeam(task)
  try {
    const part = await partOf(task, team)
    send({ kind: 'done', part }, buffersOf(part))
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof UserError) send({ kind: 'failed', message, exitCode: error.exitCode })
    else send({ kind: 'failed', message: error instanceof Error ? (error.stack ?? message) : message, exitCode: null })
  }
}

async function partOf(task: ThreadTask, own: Team): Promise<ThreadPart> {
  const createDecoder = await loadDecoder(task.plan.decoder)
  const transport = await openTransport(task.plan.wire, task.plan)
  mendSlabs(task)
  const thread = new LoadThread(task, { team: own, transport, createDecoder })
  try {
    return await thread.run()
  } finally {
    await thread.close()
  }
}

/** Buffers cross the border of a thread as plain byte arrays. */
function mendSlabs({ warmup, requests }: ThreadTask): void {
  for (const slab of new Set([...warmup, ...requests].map((request) => request.slab))) {
    slab.bytes = Buffer.from(slab.bytes.buffer, slab.bytes.byteOffset, slab.bytes.byteLength)
  }
}

/** What need not be copied. */
function buffersOf({ record }: ThreadPart): ArrayBuffer[] {
  return [...record.chunks, ...record.batches].flatMap(({ place }) =>
    place.kind === 'memory' ? [place.bytes.buffer as ArrayBuffer] : [],
  )
}

function send(message: FromThread, transfer: ArrayBuffer[] = []): void {
  port.postMessage(message, transfer)
}
