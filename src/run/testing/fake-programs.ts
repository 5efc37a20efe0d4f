import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a fake server does beside speaking its wire. */
export interface FakeBehaviour {
  /** A file that gets a line of JSON for each start and each request. */
  readonly record?: string
  readonly say?: readonly string[]
  /** Ends itself after so many requests; 0: while it loads. */
  readonly exitAfter?: number
  readonly exitCode?: number
  /** Only the one with these GPUs ends itself. */
  readonly replica?: string
  /** Only at its first start. */
  readonly once?: boolean
}

export interface FakePrograms extends Disposable {
  readonly folder: string
  /** For the programs to be found, and to behave so. */
  environment(behaviour?: FakeBehaviour): Record<string, string>
  /** Adds a program, an `sh` script. */
  add(name: string, script: string): void
  /** What was recorded, one entry a line. */
  recorded(): readonly Readonly<Record<string, unknown>>[]
}

const names = `vllm python3 text-generation-launcher llama-server ollama trtllm-serve lmdeploy transformers`.split(' ')
const server = fileURLToPath(new URL('fake-server.ts', import.meta.url))

/** A folder of programs that are called as servers are, for the PATH. */
export function fakePrograms(): FakePrograms {
  const folder = mkdtempSync(join(tmpdir(), 'servemark-programs-'))
  const record = join(folder, 'record.jsonl')
  const add = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  for (const name of names) add(name, `exec '${process.execPath}' '${server}' ${name} "$@"`)
  writeFileSync(record, '')
  return {
    folder,
    environment: (behaviour = {}) => ({
      PATH: `${folder}:${process.env['PATH'] ?? ''}`,
      FAKE_SERVER: JSON.stringify({ record, ...behaviour }),
    }),
    add,
    recorded: () =>
      readFileSync(record, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Record<string, unknown>),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
