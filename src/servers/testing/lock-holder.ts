/** Takes the lock at argv[2], writes `held` to argv[3] and stays: a process for tests to kill. */
import { appendFileSync } from 'node:fs'
import { acquireHostLock } from '../host-lock.ts'

const [, , path = '', report = ''] = process.argv
await acquireHostLock({ wait: true, signal: new AbortController().signal, path, pollSeconds: 0.02, command: 'holder' })
appendFileSync(report, `${process.pid}\n`)
setInterval(() => {}, 1000)
