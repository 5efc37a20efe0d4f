import { performance } from 'node:perf_hooks'
import { Pool } from 'undici'
import { path } from '../job.ts'
import { CompletionText } from '../library/completion-text.ts'
import { libraryClient } from '../library/library-client.ts'
import type { LibraryModule } from '../library/open-library.ts'

/** undici's fastest way: a handler that keeps what it is given, read when the reply is complete. */
export const undiciDispatch = libraryClient({ id: 'dispatch', label: 'undici dispatch', module: import.meta.url })

export const open: LibraryModule['open'] = (url, streams) => {
  const pool = new Pool(url, { connections: streams, bodyTimeout: 0, headersTimeout: 0 })
  return {
    send: ({ headers, body, onToken }) =>
      new Promise((resolve, reject) => {
        const chunks: { readonly time: number; readonly bytes: Buffer }[] = []
        pool.dispatch(
          { path, method: 'POST', headers, body: JSON.stringify(body) },
          {
            onRequestStart() {},
            onResponseStart(_controller, status) {
              if (status !== 200) reject(new Error(`status ${status}`))
            },
            onResponseData(_controller, bytes) {
              chunks.push({ time: performance.now(), bytes })
            },
            onResponseEnd() {
              const text = new CompletionText()
              for (const { time, bytes } of chunks) {
                for (let token = text.tokens(bytes.toString()); token > 0; token--) onToken(time)
              }
              resolve()
            },
            onResponseError(_controller, error) {
              reject(error)
            },
          },
        )
      }),
    close: () => pool.close(),
  }
}
