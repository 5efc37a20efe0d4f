import { performance } from 'node:perf_hooks'
import { path } from '../job.ts'
import { CompletionText } from '../library/completion-text.ts'
import { libraryClient } from '../library/library-client.ts'
import type { LibraryModule } from '../library/open-library.ts'

/** What most scripts do. */
export const globalFetch = libraryClient({ id: 'fetch', label: 'fetch', module: import.meta.url })

export const open: LibraryModule['open'] = (url) => ({
  async send({ headers, body, onToken }) {
    const reply = await fetch(url + path, { method: 'POST', headers, body: JSON.stringify(body) })
    if (reply.status !== 200 || reply.body === null) throw new Error(`status ${reply.status}`)
    const text = new CompletionText()
    const decoder = new TextDecoder()
    for await (const part of reply.body) {
      const time = performance.now()
      for (let token = text.tokens(decoder.decode(part as Uint8Array, { stream: true })); token > 0; token--)
        onToken(time)
    }
  },
  close: () => Promise.resolve(),
})
