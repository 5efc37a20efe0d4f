import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'
import { path } from '../job.ts'
import { CompletionText } from '../library/completion-text.ts'
import { libraryClient } from '../library/library-client.ts'
import type { LibraryModule } from '../library/open-library.ts'

/** undici as its documentation shows it. */
export const undiciRequest = libraryClient({ id: 'request', label: 'undici request', module: import.meta.url })

export const open: LibraryModule['open'] = (url, streams) => {
  const pool = new Pool(url, { connections: streams, bodyTimeout: 0, headersTimeout: 0 })
  return {
    async send({ headers, body, onToken }) {
      const reply = await pool.request({ path, method: 'POST', headers, body: JSON.stringify(body) })
      if (reply.statusCode !== 200) throw new Error(`status ${reply.statusCode}`)
      const text = new CompletionText()
      reply.body.setEncoding('utf8')
      for await (const part of reply.body) {
        const time = performance.now()
        for (let token = text.tokens(part as string); token > 0; token--) onToken(time)
      }
    },
    close: () => pool.close(),
  }
}
