import type { z } from 'zod'
import type { CounterFamily } from './counters/counter-family.ts'

/** What a server configuration holds beyond its backend: the swept dimensions and how to start it. */
export interface ServerParameters {
  readonly tensorParallel: number
  readonly maxRaggedBatchSize: number
  readonly replicas: number
  /** The backend's own parameters, already checked by its `params` schema. */
  readonly own: Readonly<Record<string, unknown>>
  readonly serverArgs: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface LaunchContext {
  readonly model: string
  readonly parameters: ServerParameters
  /** Free ports, reserved by the caller: one, or those that `ownReplicas` asks for. */
  readonly ports: readonly number[]
  /** Longest prompt + output that the points will ask for. */
  readonly maxTotalTokens: number
  /** Most requests in flight that the points will hold. */
  readonly maxConcurrency: number
}

/** How a server process is started and known to be ready. Data only, so that `--dry-run` can print it. */
export interface Launch {
  readonly argv: readonly [string, ...string[]]
  readonly env: Readonly<Record<string, string>>
  readonly endpoints: readonly Endpoint[]
  /** Headers without which this server refuses requests. */
  readonly headers?: Readonly<Record<string, string>>
  /** GET this until it answers 200; other statuses, and refused connections, mean "not yet". */
  readonly readiness: { readonly url: string; readonly timeoutSeconds: number }
  /** Signal that asks the server to stop, and how long it may take before TERM, then KILL, go to the group. */
  readonly stop: { readonly signal: NodeJS.Signals; readonly graceSeconds: number }
  /** What to install when argv[0] is missing. */
  readonly missing: string
}

export interface Endpoint {
  /** Origin and path prefix, e.g. `http://127.0.0.1:8000/v1`. No trailing slash. */
  readonly url: string
  /** Where a server that we started tells of itself, if not there. */
  readonly statusUrl?: string
}

/** Where and how requests go, settled before the probe. Keys are never stored in results. */
export interface Target {
  readonly backendId: string
  readonly endpoints: readonly Endpoint[]
  readonly model: string | null
  readonly route: 'completions' | 'chat'
  readonly stream: boolean
  readonly headers: Readonly<Record<string, string>>
  readonly extraBody: Readonly<Record<string, unknown>>
  readonly sampling: Sampling
  /** The backend's own parameters of the bench file, for what requests need of them; absent: none. */
  readonly own?: Readonly<Record<string, unknown>>
}

export interface Sampling {
  readonly temperature: number
  readonly topP: number
  readonly seed: number
}

/** What the probe learned. Goes into the result as the server's identity. */
export interface Probe {
  /** The model's name as the server wants it in requests. */
  readonly model: string
  readonly version: string | null
  /** Longest prompt + output in tokens; null when the server does not say. */
  readonly maxModelLength: number | null
  readonly capabilities: Capabilities
  /** Everything the server told of itself, for the record. */
  readonly identity: Readonly<Record<string, unknown>>
  /** Lines a user should read (clamped lengths, missing usage, ...). */
  readonly notes: readonly string[]
  /** Where versions of one server differ; it then goes before the backend's. */
  readonly wire?: Wire
}

export interface Capabilities {
  /** `ignore_eos` was taken, and the test answer had the asked length: output lengths can be forced. */
  readonly ignoreEos: boolean
  readonly minTokens: boolean
  /** Token counts come with the replies, in the way they are asked for (streamed or not). */
  readonly usage: boolean
  /** `stream_options.include_usage` was taken, and usage came. */
  readonly streamUsage: boolean
  /** `continuous_usage_stats` was taken: each chunk tells how many tokens it brought. */
  readonly continuousUsage: boolean
  /** Which key limits the output. */
  readonly lengthKey: 'max_tokens' | 'max_completion_tokens'
  /** `seed` is taken. */
  readonly seed: boolean
  /** Counts tokens of a text (`/tokenize`); null when it has none. */
  readonly tokenizeUrl: string | null
}

/** One thing to ask of the server. */
export interface Turn {
  readonly item: number
  readonly prompt: string
  /** Chat messages when the prompts file gave them; `prompt` is then their text. */
  readonly messages: readonly { readonly role: string; readonly content: string }[] | null
  readonly outputTokens: number
  readonly requestId: string
}

export interface WireRequest {
  readonly method: 'POST' | 'GET'
  /** Appended to the endpoint's url, begins with `/`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

export type Framing = 'sse' | 'ndjson' | 'nul-json' | 'json'
/** How requests and replies are carried. `proto`: URL of the service's .proto file; bodies and events are its messages as JSON. */
export type Wire =
  | { readonly transport: 'http'; readonly framing: Framing }
  | { readonly transport: 'grpc'; readonly proto: string; readonly service: string; readonly method: string }

/** One framed event as the load generator hands it over. `event` is SSE's event type. */
export interface FramedEvent {
  readonly event: string | null
  readonly data: string
}

/** What one event carried. Absent fields: nothing of that kind. */
export interface Carried {
  readonly role?: boolean
  readonly text?: string
  readonly reasoning?: string
  readonly toolCall?: string
  /** Tokens in this event, where ids or running usage tell. */
  readonly tokens?: number
  readonly finishReason?: string
  readonly usage?: Usage
  /** The end mark, e.g. `[DONE]`. */
  readonly end?: boolean
  readonly error?: string
  readonly model?: string
  readonly requestId?: string
  /** The server's own timings, as JSON text. */
  readonly timings?: string
}

export interface Usage {
  readonly promptTokens: number | null
  readonly outputTokens: number | null
  readonly cachedTokens: number | null
  readonly reasoningTokens: number | null
}

/** Made anew for each request, because cumulative streams need memory. Throws on data that is not the protocol's. */
export interface Decoder {
  decode(event: FramedEvent): Carried
  /** Told the request's body before the first event. For replies that repeat what was asked. */
  asked?(body: string): void
  /** Absent: every event is decoded. */
  readonly repeats?: Repeats
}

/** Keys and places in lists, from the outside in. */
export type JsonPath = readonly (string | number)[]

/**
 * Most events of a stream are the one before with another text, and where the protocol counts along with other counts:
 * they are read from their bytes. A promise: of two such events `decode` tells the same but for `text`, and for what
 * `again` tells.
 */
export interface Repeats {
  /** Where all of an event's text may stand. */
  readonly text: readonly JsonPath[]
  /** Whole numbers that may differ. */
  readonly counts: readonly JsonPath[]
  /** Strings and whole numbers that differ from reply to reply: an event with others than the one decoded last is decoded too. */
  readonly steady: readonly JsonPath[]
  /** Strings and whole numbers that may differ because nothing is read from them. */
  readonly unread: readonly JsonPath[]
  /**
   * Called instead of `decode`. `before`: what was decoded last; `counts`: as they stand now, NaN for what is not there.
   * The text of what it returns means nothing. Null: the event is to be decoded.
   */
  again(before: Carried, counts: Float64Array): Carried | null
}

/** What the load process imports by name: a module under src/backends that exports `createDecoder`. */
export interface DecoderModule {
  createDecoder(options: DecoderOptions): Decoder
}
export interface DecoderOptions {
  readonly route: 'completions' | 'chat'
  readonly stream: boolean
}

/** Finish reasons that mean success, and whether the end mark alone does. */
export interface SuccessRule {
  readonly finishReasons: readonly string[]
  readonly endMarkSuffices: boolean
}

/** Unmeasured HTTP, as handed to a probe. Never throws on a status; rejects with a one-line UserError on no connection. */
export interface ProbeHttp {
  get(url: string): Promise<ProbeResponse>
  /** `headers` go beside the target's own. */
  post(url: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<ProbeResponse>
}
export interface ProbeResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The parsed body, undefined when it is not JSON. */
  readonly json: unknown
}

/**
 * `openai`: ends with a version, e.g. `http://host:8000/v1`; `root`: the server itself, e.g. `http://host:8000`; `grpc`:
 * `grpc://host:50050`.
 */
export type BaseUrlKind = 'openai' | 'root' | 'grpc'

export interface Backend {
  readonly id: string
  readonly label: string
  readonly style: { readonly color: string; readonly marker: string }
  /** Schema of the backend's own keys in a bench file. */
  readonly params: z.ZodObject
  /** The swept dimensions that mean something to it, for labels: `tp`, `bs`, `replicas`. */
  readonly dimensions: readonly ('tp' | 'bs' | 'replicas')[]
  /** What requests' paths are appended to: the API's versioned prefix (`.../v1`, when absent), or the server's root. */
  readonly baseUrl?: BaseUrlKind
  /** Absent: the backend only takes an endpoint (`--base-url`). */
  readonly launch?: (context: LaunchContext) => Promise<Launch>
  /** Its launch starts all replicas by itself, behind one address. Absent: each replica is a launch of its own. */
  readonly ownReplicas?: OwnReplicas
  readonly probe: (http: ProbeHttp, target: Target, signal: AbortSignal) => Promise<Probe>
  readonly request: (turn: Turn, target: Target, probe: Probe) => WireRequest
  readonly wire: (target: Target) => Wire
  /** File URL of its decoder module; the load process imports it. */
  readonly decoderModule: string
  readonly success: SuccessRule
  readonly promises: Promises
  /** How the server's prefix cache is emptied before each point; absent: it cannot be. */
  readonly reset?: CacheReset
  /** What it counts of itself, read before and after each point; the first family that it tells counts. */
  readonly counters?: readonly CounterFamily[]
  /** A response header with the server's own time for the request; stored beside the timings of answers. */
  readonly timingHeader?: (target: Target) => string | undefined
  /** What a status means on this service; null: nothing beyond HTTP's own meaning. */
  readonly statusMeaning?: (status: number) => string | null
  /** A sentence that reports must say about this backend's numbers with this model; null: none. */
  readonly caveat?: (model: string) => string | null
  /** Rough seconds a token on an ordinary machine, for the time shown before a run; absent: unknown. */
  readonly estimate?: (
    model: string,
  ) => { readonly secondsPerPromptToken: number; readonly secondsPerOutputToken: number } | null
}

export interface OwnReplicas {
  /** The ports that its launch needs, counted from the first. */
  readonly portOffsets: (parameters: ServerParameters) => readonly number[]
}

export interface CacheReset {
  /** A server that was started with these parameters of its own has a cache. */
  readonly needed: (own: Readonly<Record<string, unknown>>) => boolean
  /** A line for the user when that did not work, else null. */
  readonly run: (http: ProbeHttp, target: Target) => Promise<string | null>
}

/** What a backend cannot promise; lands in result and verdict. */
export interface Promises {
  readonly exactOutputLength: boolean
  readonly cacheOff: boolean
  readonly serverCounts: boolean
}
