/** Run by the sentinel when the process it watched is gone: reads the guard lines from stdin and ends what they name. */
import { text } from 'node:stream/consumers'
import { endFamily } from './end-family.ts'
import { readGuardLines } from './guard-lines.ts'

for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})

const guarded = readGuardLines(await text(process.stdin))
const ended = await Promise.all(
  guarded.map(({ family, graceSeconds }) =>
    endFamily(family, { own: null, terminateSeconds: graceSeconds, killSeconds: 10, stragglerSeconds: 0 }),
  ),
)
process.exitCode = ended.some(({ remaining }) => remaining.length > 0) ? 1 : 0
