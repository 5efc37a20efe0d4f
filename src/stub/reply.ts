/** What a request asked for, once it was understood. */
export interface Ask {
  readonly route: Route
  readonly stream: boolean
  readonly model: string
  readonly requestId: string
  readonly receivedNs: number
  readonly promptTokens: number
  readonly maxTokens: number
  readonly includeUsage: boolean
  readonly continuousUsage: boolean
}

export type Route = 'completions' | 'chat'

/** What will be generated for it. */
export interface Generation {
  readonly tokens: number
  readonly tokensPerChunk: number
  readonly finishReason: string
  /** The first so many tokens are reasoning; on the chat route only. */
  readonly reasoningTokens: number
  /** The tokens are the arguments of a tool call; on the chat route only. */
  readonly toolCall: boolean
  /** Every so many-th token has an empty text; null: none. */
  readonly emptyTextEvery: number | null
}

/** The reply as a script: data that the player plays, and that faults change. */
export type Reply = Answer | Refusal | Garbage | Silence

export interface Answer {
  readonly kind: 'answer'
  readonly body: 'sse' | 'json'
  /** Headers go out at once, or in one write with the first event. */
  readonly headers: 'early' | 'withFirst'
  readonly newline: '\n' | '\r\n'
  /** So many token events share one write, which is due when the last of them is. */
  readonly eventsPerWrite: number
  /** Token events shorter than this are filled up, in bytes of their data. */
  readonly eventBytes: number
  readonly frames: readonly Frame[]
  readonly ending: Ending
  /** `announced`: `connection: close`; `dropped`: closed without a word. */
  readonly connection: 'kept' | 'announced' | 'dropped'
}

/** An HTTP status instead of an answer. */
export interface Refusal {
  readonly kind: 'refusal'
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** Bytes that are not HTTP, then a close. */
export interface Garbage {
  readonly kind: 'garbage'
  readonly bytes: string
}

/** No byte ever comes. */
export interface Silence {
  readonly kind: 'silence'
}

/** `close`: FIN in mid-body; `reset`: RST; `hang`: nothing more comes and the connection stays open. */
export type Ending =
  | { readonly kind: 'complete' }
  | { readonly kind: 'close'; readonly dueNs: number }
  | { readonly kind: 'reset'; readonly dueNs: number }
  | { readonly kind: 'hang' }

export interface Frame {
  readonly dueNs: number
  readonly event: StubEvent
}

export type StubEvent =
  | { readonly kind: 'role' }
  | TokenEvent
  | { readonly kind: 'finish'; readonly reason: string }
  | { readonly kind: 'usage'; readonly usage: Usage }
  | { readonly kind: 'done' }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'raw'; readonly data: string }

export interface TokenEvent {
  readonly kind: 'text' | 'reasoning' | 'tool'
  /** One entry a token. */
  readonly texts: readonly string[]
  readonly finishReason: string | null
  /** Running count, when it was asked for. */
  readonly usage: Usage | null
}

export interface Usage {
  readonly promptTokens: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly cachedTokens: number | null
}

export function isToken(event: StubEvent): event is TokenEvent {
  return event.kind === 'text' || event.kind === 'reasoning' || event.kind === 'tool'
}

/** The frame with its token event changed; other frames as they are. */
export function changeToken(frame: Frame, change: Partial<TokenEvent>): Frame {
  return isToken(frame.event) ? { ...frame, event: { ...frame.event, ...change } } : frame
}

export function tokensOf(event: StubEvent): number {
  return isToken(event) ? event.texts.length : 0
}
