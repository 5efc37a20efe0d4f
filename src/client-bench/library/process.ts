import type { FromLibrary, ToLibrary } from './messages.ts'
import type { LibraryModule } from './open-library.ts'
import { drive } from './drive.ts'

/** The process of a client that uses a library: takes one job, answers, ends. */
process.on('disconnect', () => process.exit())
process.on('SIGINT', () => {})
process.once('message', async ({ module, job }: ToLibrary) => {
  try {
    const { open } = (await import(module)) as LibraryModule
    answer({ kind: 'done', run: await drive(open(job.url, job.pace.kind === 'open' ? null : job.streams), job) })
  } catch (error) {
    answer({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
})

function answer(message: FromLibrary): void {
  process.send?.(message, () => process.disconnect())
}
