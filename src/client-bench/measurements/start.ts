import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { execa } from 'execa'
import { startStubProcess } from '../../stub/stub-process.ts'
import { heldToNumber } from '../target.ts'
import { time } from '../units.ts'
import type { Measurement } from './measurement.ts'

const shapeName = 'an endpoint'
const root = fileURLToPath(new URL('../../../', import.meta.url))
/** The probe's own test answer: without an id, which the stub then gives, or with this one. */
const probe = /^(stub-\d+|servemark-probe)$/

export const start: Measurement = {
  id: 'start',
  title: 'From the command to its first request, npm included',
  columns: [
    { name: 'first', title: 'first request of any kind', format: time },
    { name: 'load', title: 'first request of the load', format: time },
    { name: 'whole', title: 'whole run', format: time },
  ],
  targets: [
    {
      text: 'start of a run to its first request, endpoint, warm install: at most 2 s',
      judge: (figures) => [
        heldToNumber('at most', {
          shape: shapeName,
          figure: figures.get('servemark', shapeName, 'load'),
          bound: 2,
          format: time,
        }),
      ],
    },
  ],
  async measure({ rounds, figures, say }) {
    for (let round = 0; round < rounds; round++) {
      const seen = await startOnce()
      figures.add('servemark', shapeName, seen)
      say(`start: first request after ${time(seen.load)}`)
    }
  },
}

async function startOnce(): Promise<{ first: number; load: number; whole: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'servemark-start-'))
  await using stub = await startStubProcess({ schedule: { kind: 'fixed', ttftMs: 20, itlMs: 5 }, models: ['gpt2'] })
  try {
    const begun = Number(process.hrtime.bigint())
    const words = ['--project', 'openai', '--base-url', stub.url, '--clients', '1', '--num-requests', '4']
    const more = ['--prompt-tokens', '64', '--output-tokens', '8', '--no-lock', '--allow-invalid', '--out-dir', folder]
    // Vitest's own variables would make the inner run believe that it is a worker.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(VITEST|TEST|NODE_ENV|TINYPOOL)/.test(name)),
    )
    const run = await execa('npm', ['run', 'bench', '--', ...words, ...more], {
      cwd: root,
      env,
      extendEnv: false,
      reject: false,
      all: true,
    })
    const ended = Number(process.hrtime.bigint())
    const { requests } = await stub.log()
    const [first] = requests
    const load = requests.find(({ requestId }) => !probe.test(requestId))
    if (first === undefined || load === undefined) throw new Error(`the run sent nothing:\n${run.all}`)
    const since = (ns: number): number => (ns - begun) / 1e9
    return { first: since(first.receivedNs), load: since(load.receivedNs), whole: since(ended) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
