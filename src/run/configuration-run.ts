import { join } from 'node:path'
import type { Backend, Target } from '../backends/backend.ts'
import { proxyNote, resolveAuth } from '../backends/auth.ts'
import { createRedactor, type Redactor } from '../backends/redactor.ts'
import { UserError } from '../errors.ts'
import type { ResultFile } from '../result/schema.ts'
import { readResult } from '../result/read-result.ts'
import { OutputError } from '../output-folder.ts'
import { findBackend } from '../backends/index.ts'
import { createProbeHttp } from '../backends/probe-http.ts'
import { authoritiesFor } from '../backends/trust.ts'
import type { Point, ServerConfiguration } from '../plan/types.ts'
import { withoutRun } from './baseline-gate.ts'
import type { CanaryServer } from './canary-server.ts'
import { MeasuringProcesses } from './measuring-processes.ts'
import type { PointEnd, PointOutcome } from './point-end.ts'
import type { ReadyServer } from './ready-server.ts'
import { redactError } from './redact.ts'
import type { RunContext } from './run-context.ts'
import { probeReplicas } from './probe-replicas.ts'
import { closeServer, isAlive, openServer, watchServer, type ServerSession } from './server-session.ts'
import { chooseTokenizer } from './choose-tokenizer.ts'

type State =
  | { readonly kind: 'new' }
  | { readonly kind: 'ready'; readonly ready: ReadyServer }
  | { readonly kind: 'stopped' }

/** How long a server that was there may take for the probe's answer: what a request may take, a minute at most. */
const firstAnswerSeconds = ({ limits }: Point) => Math.min(60, limits.total ?? Infinity, limits.firstByte ?? Infinity)

/** One server configuration from launch to sealed results. */
export class ConfigurationRun {
  private readonly configuration: ServerConfiguration
  private readonly context: RunContext
  private readonly processes: MeasuringProcesses
  private readonly backend: Backend
  private readonly redactor: Redactor
  /** Once results cannot be written, no further point is measured for nothing. */
  private unwritable: OutputError | null = null
  private state: State = { kind: 'new' }
  /** Results of points by their names, run by run, where they are compared with a baseline. */
  private readonly runs = new Map<string, ResultFile[]>()
  /** Settles when no point is being measured: a server must not be stopped under a point. */
  private busy: Promise<unknown> = Promise.resolve()

  /** `processes`: may have been started already; this run ends them. */
  constructor(
    configuration: ServerConfiguration,
    context: RunContext,
    processes = new MeasuringProcesses({ directory: context.runDirectory }),
  ) {
    this.configuration = configuration
    this.processes = processes
    this.context = { ...context, note: (line) => context.note(this.redactor.text(line)) }
    this.backend = findBackend(configuration.backend)
    const { serverArgs, env } = configuration.parameters
    this.redactor = createRedactor(context.environment, configuration.endpoint?.headers ?? {}, [
      serverArgs,
      env,
      configuration.points.map((point) => point.extraBody),
    ])
  }

  /** Starts or reaches the server and asks what it is. Rejects with a UserError of one line. */
  async start(signal: AbortSignal): Promise<void> {
    this.processes.start()
    // What points need is loaded while these processes start; a failure shows where it is used.
    import('./measure-point.ts').catch(() => {})
    this.state = { kind: 'ready', ready: await this.redactingErrors(this.openReady(signal)) }
  }

  /** Measures a point and seals its result. A server that died is started again first. */
  async measure(point: Point, signal: AbortSignal): Promise<PointOutcome> {
    const measuring = this.redactingErrors(this.measureNow(point, signal))
    this.busy = measuring.catch(() => {})
    const { ended, failure } = await measuring
    const behind = await this.compare(point, ended)
    const lines = [...(failure === null ? [] : [failure]), ...behind]
    const text = lines.length === 0 ? null : this.redactor.text(lines.join('\n'))
    return { ended, failure: text, behind: behind.length > 0 }
  }

  /** With the last of a point's runs: why it falls behind the baseline, a line for each figure. */
  private async compare(point: Point, ended: PointEnd): Promise<string[]> {
    const { gate, outDirectory } = this.context
    if (gate === null || ended.kind === 'broken' || ended.kind === 'interrupted') return []
    const name = withoutRun(point.label)
    const runs = this.runs.get(name) ?? []
    this.runs.set(name, runs)
    runs.push(await readResult(join(outDirectory, ended.file)))
    const planned = this.configuration.points.filter(({ label }) => withoutRun(label) === name)
    if (planned.at(-1)?.label !== point.label) return []
    const { fallsBehind } = await import('./falls-behind.ts')
    return fallsBehind(gate, runs)
  }

  /** Ends load process and server. Idempotent. */
  async stop(): Promise<void> {
    await this.busy
    const { state } = this
    this.state = { kind: 'stopped' }
    await this.processes.stop()
    if (state.kind !== 'ready') return
    this.report('stopping')
    await this.redactingErrors(closeServer(state.ready.session, this.context))
    this.context.progress.write({ stage: 'idle' })
  }

  private async redactingErrors<T>(work: Promise<T>): Promise<T> {
    return await work.catch((error: unknown) => {
      throw redactError(error, this.redactor)
    })
  }

  private async measureNow(point: Point, signal: AbortSignal): Promise<PointOutcome> {
    if (this.unwritable) throw this.unwritable
    if (this.state.kind !== 'ready') throw new Error('the server is not ready')
    if (!isAlive(this.state.ready.session)) {
      this.context.note('the server is gone; starting it again')
      await closeServer(this.state.ready.session, this.context)
      this.state = { kind: 'ready', ready: await this.openReady(signal) }
    }
    const { ready } = this.state
    const load = this.processes.load()
    const { measurePoint } = await import('./measure-point.ts')
    const watch = watchServer(ready.session)
    try {
      return await measurePoint({
        configuration: this.configuration,
        point,
        backend: this.backend,
        ready,
        load,
        redactor: this.redactor,
        context: this.context,
        died: watch.signal,
        signal,
      })
    } catch (error) {
      if (error instanceof OutputError) this.unwritable = error
      // A load process that failed may be dead or in any state; the next point gets a new one.
      if (!(error instanceof UserError)) await this.processes.stopLoad()
      throw error
    } finally {
      watch.end()
    }
  }

  private canaryOrNote(): Promise<CanaryServer | null> {
    return this.processes.canary().catch((error: unknown) => {
      this.context.note(`the client's own error will not be measured: ${String(error)}`)
      return null
    })
  }

  private async openReady(signal: AbortSignal): Promise<ReadyServer> {
    const { configuration, context, backend } = this
    const [point] = configuration.points
    if (!point) throw new Error('a configuration without points')
    this.report('starting')
    const begun = performance.now()
    const session = await openServer(configuration, backend, context, signal)
    try {
      this.report('probing')
      const target = this.targetOf(session, point)
      const ca = authoritiesFor(session.endpoints.map(({ url }) => url))
      const asking = { name: backend.id, ca, headers: target.headers, timeoutSeconds: 5 }
      const http = createProbeHttp({
        ...asking,
        answerSeconds: session.kind === 'launched' ? context.startupTimeoutSeconds : firstAnswerSeconds(point),
        signal,
      })
      const replicas = await probeReplicas(backend, http, target, signal)
      const [{ probe }] = replicas
      for (const note of probe.notes) context.note(`${backend.id}: ${note}`)
      const caveat = backend.caveat?.(configuration.model ?? probe.model)
      if (caveat) context.note(caveat)
      const tokenizer = await chooseTokenizer(point.tokenizer, configuration.model, probe, context)
      // A question that comes too late, when the run was ended, is answered all the same: results are being sealed.
      const between = createProbeHttp({ ...asking, answerSeconds: 5 })
      const firstTokens = replicas.map(({ answeredAt }) => (answeredAt - begun) / 1000)
      const firstTokenSeconds = session.kind === 'launched' ? firstTokens : null
      const probes = replicas.map((replica) => replica.probe)
      const canary = await this.canaryOrNote()
      return { session, target, ca, http: between, probe, probes, firstTokenSeconds, tokenizer, canary }
    } catch (error) {
      await closeServer(session, context)
      throw error
    }
  }

  private targetOf(session: ServerSession, point: Point): Target {
    const { configuration, context } = this
    const { own } = configuration.parameters
    const base = { backendId: this.backend.id, endpoints: session.endpoints, model: configuration.model, own }
    const asked = { route: point.route, stream: point.stream, extraBody: point.extraBody, sampling: point.sampling }
    const [endpoint] = session.endpoints
    if (session.kind === 'launched') return { ...base, ...asked, headers: session.servers[0].launch.headers ?? {} }
    if (!endpoint) return { ...base, ...asked, headers: {} }
    const auth = resolveAuth(context.environment, configuration.endpoint?.headers ?? {}, endpoint.url)
    for (const line of [auth.line, proxyNote(context.environment)]) if (line) context.note(line)
    return { ...base, ...asked, headers: auth.headers }
  }

  private report(stage: 'starting' | 'probing' | 'stopping'): void {
    const { bench, label } = this.configuration
    this.context.progress.write({ stage, bench, configuration: label, sinceMs: Date.now() })
  }
}
