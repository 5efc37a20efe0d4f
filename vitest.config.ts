import './fixtures/guard.ts'
import type { ViteUserConfig } from 'vitest/config'

// Vite bundles what it sees imported, and reads it before the guard has spoken.
const path = './fixtures/configuration.ts'
const { configuration } = (await import(/* @vite-ignore */ new URL(path, import.meta.url).href)) as {
  configuration: () => Promise<ViteUserConfig>
}
export default await configuration()
