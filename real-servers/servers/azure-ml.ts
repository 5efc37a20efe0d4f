import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Launch } from '../../src/backends/backend.ts'
import type { Installed, RealServer } from '../real-server.ts'
import { pythonEnvironment, type PythonEnvironment } from '../workshop/python-environment.ts'
import type { Workshop } from '../workshop/workshop.ts'

const version = '1.5.1'
const requirements = fileURLToPath(new URL('../requirements/azure-ml.txt', import.meta.url))
const program = fileURLToPath(new URL('../python/azure_serve.py', import.meta.url))
const scripts = fileURLToPath(new URL('../python/azure', import.meta.url))

const environment = (workshop: Workshop): Promise<PythonEnvironment> =>
  pythonEnvironment(workshop, { name: 'azure-ml', steps: [{ packages: ['-r', requirements] }], files: [requirements] })

/** As many workers as clients: each serves one request at a time. */
function launch(python: string, script: string, home: string, port: number): Launch {
  return {
    argv: [python, program, '--entry_script', join(scripts, script), '--port', String(port), '--worker_count', '4'],
    // It leaves a control socket in the home folder, one for all.
    env: { AML_APP_ROOT: scripts, PYTHONPATH: scripts, HOME: home, PYTHONDONTWRITEBYTECODE: '1' },
    endpoints: [{ url: `http://127.0.0.1:${port}` }],
    readiness: { url: `http://127.0.0.1:${port}/`, timeoutSeconds: 120 },
    stop: { signal: 'SIGTERM', graceSeconds: 10 },
    missing: 'azureml-inference-server-http',
  }
}

/** The program that runs in an Azure ML endpoint's container, with one of our scoring scripts. */
export async function installAzureMl(
  workshop: Workshop,
  script: 'score.py' | 'score_stream.py',
): Promise<Pick<Installed, 'version' | 'path' | 'start' | 'bench' | 'killed'>> {
  const { python, bin } = await environment(workshop)
  const home = join(workshop.folder, 'home')
  mkdirSync(home, { recursive: true })
  return {
    version,
    path: [bin],
    start: { by: 'test', launch: async (port) => ({ launch: launch(python, script, home, port) }) },
    bench: { model: 'clock', tokenizer: 'gpt2', backends: ['aml'] },
    killed: /connection_error/,
  }
}

export const uncounted = { kind: 'none', why: 'a scoring script counts nothing' } as const

/** A scoring script that answers in one piece. */
export const azureMl: RealServer = {
  title: 'Azure ML inference server, answers in one piece',
  install: async (workshop) => ({
    ...(await installAzureMl(workshop, 'score.py')),
    sweeps: ['whole'],
    counts: { whole: uncounted },
    times: { kind: 'answers', allowance: { seconds: 0.05, why: 'a new connection and gunicorn' } },
  }),
}
