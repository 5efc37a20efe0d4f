import type { FramedEvent } from '../backend.ts'

/** The events of a complete event stream, by the standard. For replies held whole in memory; nothing is timed here. */
export function sseEvents(text: string): FramedEvent[] {
  const events: FramedEvent[] = []
  let event: string | null = null
  let data: string[] = []
  for (const line of text.replace(/^\uFEFF/, '').split(/\r\n|\r|\n/)) {
    if (line === '') {
      if (data.length > 0) events.push({ event, data: data.join('\n') })
      event = null
      data = []
      continue
    }
    const colon = line.indexOf(':')
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value === '' ? null : value
  }
  return events
}
