import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Client } from '../clients/client.ts'
import type { FromLibrary, ToLibrary } from './messages.ts'

const program = fileURLToPath(new URL('process.ts', import.meta.url))

/** A client made of a library. `module` is the url of the file that exports its `open`. */
export function libraryClient({ id, label, module }: { id: string; label: string; module: string }): Client {
  return {
    id,
    label,
    kind: 'library',
    async run(job, _surroundings, onProcess) {
      const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', program], {
        stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
        serialization: 'advanced',
      })
      onProcess(child.pid ?? -1)
      const exited = once(child, 'exit')
      const answered = once(child, 'message') as Promise<[FromLibrary]>
      child.send({ module, job } satisfies ToLibrary)
      const died = exited.then(([code, signal]) => Promise.reject(new Error(`${label} ended with ${signal ?? code}`)))
      const [message] = await Promise.race([answered, died])
      died.catch(() => undefined)
      await exited
      if (message.kind === 'failed') throw new Error(`${label}: ${message.message}`)
      return message.run
    },
  }
}
