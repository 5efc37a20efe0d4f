import './fixtures/guard.ts'
import module from 'node:module'
import { join } from 'node:path'
import type { ViteUserConfig } from 'vitest/config'

// As npm's scripts do it: compiled code is kept, that of the workers too.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, 'node_modules', '.cache', 'node-compile')
// Empty is Node's word for none.
if (process.env['NODE_COMPILE_CACHE'] !== '') module.enableCompileCache(process.env['NODE_COMPILE_CACHE'])

// Vite bundles what it sees imported, and reads it before the guard has spoken.
const path = './fixtures/configuration.ts'
const { configuration } = (await import(/* @vite-ignore */ new URL(path, import.meta.url).href)) as {
  configuration: () => Promise<ViteUserConfig>
}
export default await configuration()
