import './fixtures/guard.ts'
import type { ViteUserConfig } from 'vitest/config'

const { configuration } = await import('./fixtures/configuration.ts')
const vitestConfig: ViteUserConfig = await configuration()
export default vitestConfig
