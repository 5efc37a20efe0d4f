import { Agent, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import { path } from '../job.ts'
import { CompletionText } from '../library/completion-text.ts'
import { libraryClient } from '../library/library-client.ts'
import type { LibraryModule } from '../library/open-library.ts'

/** Node's own client with a keep-alive agent. */
export const nodeHttp = libraryClient({ id: 'http', label: 'node:http', module: import.meta.url })

export const open: LibraryModule['open'] = (url, streams) => {
  const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: streams ?? 1024 })
  return {
    send: ({ headers, body, onToken }) =>
      new Promise((resolve, reject) => {
        const asked = request(url + path, { method: 'POST', headers, agent }, (reply) => {
          if (reply.statusCode !== 200) reject(new Error(`status ${reply.statusCode}`))
          const text = new CompletionText()
          reply.setEncoding('utf8')
          reply.on('data', (part: string) => {
            const time = performance.now()
            for (let token = text.tokens(part); token > 0; token--) onToken(time)
          })
          reply.on('end', resolve)
          reply.on('error', reject)
        })
        asked.on('error', reject)
        asked.end(JSON.stringify(body))
      }),
    close() {
      agent.destroy()
      return Promise.resolve()
    },
  }
}
