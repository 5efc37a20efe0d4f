import { startStub } from './stub.ts'
import type { FromStub, ToStub } from './stub-process.ts'

/** The stub as a process of its own, spoken to over Node's IPC channel. It ends with its parent: a closed channel means exit. */
process.on('disconnect', () => process.exit(0))
// Ctrl-C reaches the whole group at once; the parent decides when the stub is no longer needed.
process.on('SIGINT', () => {})

function tell(message: FromStub): void {
  process.send?.(message)
}

const options = JSON.parse(process.argv[2] ?? '{}') as Parameters<typeof startStub>[0]
try {
  const stub = await startStub(options)
  process.on('message', async (message: ToStub) => {
    if (message.command === 'clear') await stub.clear()
    tell({ kind: 'reply', id: message.id, log: message.command === 'log' ? await stub.log() : null })
  })
  tell({ kind: 'started', url: stub.url, port: stub.port })
} catch (error) {
  tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  process.exitCode = 1
  process.disconnect()
}
