/**
 * Stands between a server and its log: stdin to stdout without the secrets that descriptor 3 holds as JSON. It ends when the
 * server and all that came from it have closed their output, whatever became of the process that started it.
 */
import { readFileSync, writeSync } from 'node:fs'
import { createStreamRedactor } from './redact-stream.ts'

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {})
const secrets = JSON.parse(readFileSync(3, 'utf8')) as string[]
const redactor = createStreamRedactor(secrets)
process.stdin.on('data', (piece: Buffer) => write(redactor.push(piece)))
process.stdin.on('end', () => write(redactor.end()))
process.stdin.on('error', () => write(redactor.end()))

function write(bytes: Buffer): void {
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes, at)
}
