import type { Carried, Decoder } from '../../backends/backend.ts'

/** The decoder of the load tests: an event is what it carried, as JSON; `[DONE]` is the end mark. */
export function createDecoder(): Decoder {
  return {
    decode({ event, data }) {
      if (data === '[DONE]') return { end: true }
      const carried = JSON.parse(data) as Carried
      return event === null ? carried : { ...carried, model: event }
    },
  }
}
