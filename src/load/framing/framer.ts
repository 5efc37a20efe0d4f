/** Takes the payload of events as byte ranges, which are only valid during the call. */
export interface EventSink {
  /** Bytes were appended since the last event. */
  readonly open: boolean
  append(bytes: Buffer, start: number, end: number): void
  appendByte(byte: number): void
  /** The event is complete. `name`: SSE's event type. */
  commit(name: string | null): void
  /** Forgets the bytes since the last event. */
  discard(): void
}

/** Cuts a body into events; any split of the body into pieces gives the same events. */
export interface Framer {
  /** What comes now is another body. */
  begin(): void
  feed(bytes: Buffer, start: number, end: number, sink: EventSink): void
  /** The body ended in order. Not called when it was cut. */
  finish(sink: EventSink): void
}
