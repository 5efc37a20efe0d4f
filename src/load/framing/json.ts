import type { EventSink, Framer } from './framer.ts'

/** The whole body is one event. */
export class JsonFramer implements Framer {
  begin(): void {
    // Nothing is known of a body before its end.
  }

  feed(bytes: Buffer, start: number, end: number, sink: EventSink): void {
    sink.append(bytes, start, end)
  }

  finish(sink: EventSink): void {
    if (sink.open) sink.commit(null)
  }
}
