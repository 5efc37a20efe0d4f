import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { UserError } from '../errors.ts'
import type { ServeOptions } from './command-line.ts'
import { helpText, parseCommandLine } from './command-line.ts'
import { engineEnvironment } from './launch-arguments.ts'
import { defaultThreads, loadLlamaEngine } from './llama-engine.ts'
import { ensureModel, resolveModel } from './model-cache.ts'
import { EmbeddedServer } from './server.ts'

/** The embedded server as a program. Says what it does on stderr; ends with code 0 on SIGTERM and SIGINT. */
async function serve(options: ServeOptions): Promise<void> {
  await resolveModel(options.model)
  const server = new EmbeddedServer({
    model: options.servedModelName,
    apiKey: options.apiKey,
    version: await packageVersion(),
    now: () => performance.now() / 1000,
  })
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, exitAtOnce)

  const { port } = await listen(server, options)
  say(`listening at http://${options.host}:${port}, loading ${options.model}`)
  if (process.env['UV_THREADPOOL_SIZE'] !== engineEnvironment.UV_THREADPOOL_SIZE) {
    say(
      `UV_THREADPOOL_SIZE is not ${engineEnvironment.UV_THREADPOOL_SIZE}: with more than one compute thread this is slow`,
    )
  }
  // node-llama-cpp refuses to load when CI is set to anything but a boolean.
  delete process.env['CI']
  const model = await ensureModel(options.model)
  if (model.written) say(`wrote ${model.path} (randomly initialised weights)`)
  const engine = await loadLlamaEngine({
    modelPath: model.path,
    slots: options.slots,
    maxModelLength: options.maxModelLength,
    maxBatchedTokens: options.maxBatchedTokens,
    threads: options.threads ?? defaultThreads(),
    log: (line) => say(`llama.cpp: ${line}`),
  })
  const weights = model.weights.kind === 'random' ? `random, seed ${model.weights.seed}` : 'from the file'
  server.ready(engine, { ...engine.identity, model_path: model.path, weights })
  say(`ready after ${(performance.now() / 1000).toFixed(1)} s`)
}

/**
 * Node's own exit waits for work on libuv's pool, and a step of llama.cpp that computes there can take a second and cannot be
 * interrupted. Becoming a program that exits with 0 ends all threads at once, and closes all sockets.
 */
function exitAtOnce(): void {
  const program = ['/usr/bin/true', '/bin/true'].find((path) => existsSync(path))
  if (program !== undefined) process.execve?.(program, ['true'], {})
  process.exit(0)
}

async function listen(server: EmbeddedServer, { host, port }: ServeOptions): Promise<AddressInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.http.once('error', reject)
  server.http.listen(port, host, resolve)
  try {
    await promise
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
    const reason = code === 'EADDRINUSE' ? 'the port is busy' : code
    throw new UserError(`cannot listen at ${host}:${port}: ${reason}. Choose another --port or --host`)
  }
  server.http.off('error', reject)
  return server.http.address() as AddressInfo
}

async function packageVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

function say(line: string): void {
  process.stderr.write(`servemark embedded: ${line}\n`)
}

try {
  const command = parseCommandLine(process.argv.slice(2), process.env)
  if (command.kind === 'help') process.stdout.write(helpText)
  else await serve(command)
} catch (error) {
  if (error instanceof UserError) say(error.message)
  else console.error(error)
  process.exit(error instanceof UserError ? error.exitCode : 1)
}
