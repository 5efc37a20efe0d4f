import { fileURLToPath } from 'node:url'
import type { Launch } from '../../backends/backend.ts'

const program = fileURLToPath(new URL('./server.ts', import.meta.url))

/** How the test server is launched with the given flags. */
export function testLaunch(port: number, flags: readonly string[], changes: Partial<Launch> = {}): Launch {
  return {
    argv: [process.execPath, program, '--port', String(port), ...flags],
    env: { NODE_OPTIONS: '' },
    endpoints: [{ url: `http://127.0.0.1:${port}/v1` }],
    readiness: { url: `http://127.0.0.1:${port}/health`, timeoutSeconds: 20 },
    stop: { signal: 'SIGTERM', graceSeconds: 5 },
    missing: 'Install it: npm install',
    ...changes,
  }
}
