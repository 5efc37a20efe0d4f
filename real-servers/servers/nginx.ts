import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Launch } from '../../src/backends/backend.ts'
import { UserError } from '../../src/errors.ts'
import { startStub } from '../../src/stub/stub.ts'
import { resolveTokenizer } from '../../src/workload/tokenizers/index.ts'
import { must, type Check } from '../checks/check.ts'
import type { RealServer } from '../real-server.ts'
import { complaint, type Point } from '../suite/suite.ts'

/** What the stub keeps behind it. */
const schedule = { kind: 'fixed', ttftMs: 50, itlMs: 10 } as const

/** One process, so that killing it kills it; `/clean` passes on what comes, `/` is what Debian's defaults do. */
const configuration = (folder: string, port: number, upstream: string) => `
master_process off;
daemon off;
pid ${folder}/nginx.pid;
error_log stderr warn;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  server {
    listen 127.0.0.1:${port};
    location /clean/ {
      proxy_pass ${upstream}/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffering off;
    }
    location / { proxy_pass ${upstream}; }
  }
}
`

function programVersion(): string {
  try {
    // It writes its version to the error output.
    const text = execFileSync('sh', ['-c', 'nginx -v 2>&1'], { encoding: 'utf8' })
    return /nginx\/([\d.]+)/.exec(text)?.[1] ?? 'unknown'
  } catch {
    throw new UserError('the program "nginx" was not found (Debian: apt-get install nginx-light)')
  }
}

async function launch(folder: string, port: number) {
  // It counts prompts as the bench does.
  const tokenizer = await resolveTokenizer('gpt2', { env: process.env, fetch: globalThis.fetch })
  const stub = await startStub({ schedule, models: ['gpt2'] }, (text) => tokenizer.count(text))
  mkdirSync(folder, { recursive: true })
  const file = join(folder, 'nginx.conf')
  writeFileSync(file, configuration(folder, port, stub.url))
  const launch: Launch = {
    argv: ['nginx', '-c', file, '-e', 'stderr'],
    env: {},
    endpoints: [{ url: `http://127.0.0.1:${port}/clean` }],
    readiness: { url: `http://127.0.0.1:${port}/v1/models`, timeoutSeconds: 20 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'nginx',
  }
  return { launch, beside: stub }
}

/** A first token that the stub sends after 50 ms comes after nginx has filled its buffer: the verdict must say so. */
const buffered: Check = {
  name: 'buffering on is flagged, buffering off is not',
  async run({ suite, server }) {
    const run = await suite.bench(['--base-url', server.root, '--label', 'buffered']).done
    must(run.code === 1, () => `an invalid point must fail the run: ${complaint(run)}`)
    const slow = await suite.results('buffered')
    for (const point of slow) {
      must(ruleOf(point)?.status === 'invalid', () => `${point.point.label}: no word on chunks that were sent together`)
    }
    const clean = await suite.results('streamed')
    for (const point of clean) {
      must(ruleOf(point)?.status !== 'invalid', () => `${point.point.label} without buffering: ${ruleOf(point)?.text}`)
    }
    const [least, most] = [Math.min(...slow.map(ttft)), Math.max(...clean.map(ttft))]
    must(
      least > most + 5 * schedule.itlMs,
      () => `TTFT is ${least} ms with buffering, ${most} ms without: it did not buffer`,
    )
    return `TTFT p50 ${clean.map(ttft).join(' and ')} ms without, ${slow.map(ttft).join(' and ')} ms with; "${slow[0] && ruleOf(slow[0])?.text}"`
  },
}

/** Its median, whole milliseconds. */
function ttft({ metrics }: Point): number {
  const block = metrics['ttft']
  return block && 'p50' in block && block.p50 !== null ? Math.round(block.p50 * 1000) : NaN
}

const ruleOf = ({ verdict }: Point) => verdict.reasons.find(({ rule }) => rule === 'buffered_reads')

/** Debian's nginx between the suite and a stream of a known schedule. */
export const nginx: RealServer = {
  title: "Debian's nginx in front of the stub",
  async install(workshop) {
    const version = programVersion()
    return {
      version,
      path: [],
      start: { by: 'test', launch: (port) => launch(join(workshop.folder, 'nginx'), port) },
      bench: { backends: ['openai'], tokenizer: 'gpt2' },
      sweeps: ['streamed', 'whole'],
      counts: { streamed: { kind: 'exact', counters: [] }, whole: { kind: 'exact', counters: [] } },
      times: { kind: 'none', why: 'the stub has no work of its own' },
      killed: /connection_error/,
      more: [buffered],
    }
  },
}
