import { $ } from 'zx'

$.stdio = 'inherit'
await $`oxfmt benches fixtures reporters scripts src vitest.config.ts`
