import { writeAnswer } from './answer.ts'
import { changeAnswer, changeGeneration, type Fault } from './faults/index.ts'
import { lateness, type StubLog } from './log.ts'
import type { Overrides, StubSettings } from './options.ts'
import type { OpenLog } from './player.ts'
import { seededRandom } from './random.ts'
import type { Ask, Reply } from './reply.ts'
import { startTimeline } from './schedules/index.ts'

type Arrived = Pick<
  OpenLog,
  'requestId' | 'route' | 'stream' | 'receivedNs' | 'promptTokens' | 'askedTokens' | 'faults'
>

/** Takes requests in the order of arrival, whatever wire they come by: their place, log entry, faults and reply. */
export class Desk {
  readonly #settings: StubSettings
  readonly #startedNs: number
  readonly #timeline
  #requests: OpenLog[] = []
  #arrivals = 0

  constructor(settings: StubSettings, startedNs: number) {
    this.#settings = settings
    this.#startedNs = startedNs
    this.#timeline = startTimeline(settings.schedule, startedNs)
  }

  log(): StubLog {
    return { startedNs: this.#startedNs, requests: this.#requests, lateness: lateness(this.#requests) }
  }

  clear(): void {
    this.#requests = []
    this.#arrivals = 0
  }

  /** The next place in the order of arrival, and the faults that strike there. */
  arrive(): { readonly index: number; readonly struck: readonly Fault[] } {
    const index = this.#arrivals++
    const struck = this.#settings.faults.filter(({ every }) => (index + 1) % every === 0).map(({ fault }) => fault)
    return { index, struck }
  }

  enter(index: number, arrived: Arrived): OpenLog {
    const entry: OpenLog = {
      index,
      ...arrived,
      status: null,
      headersNs: null,
      chunks: { kind: [], tokens: [], dueNs: [], sentNs: [] },
      ended: 'open',
      endedNs: null,
      blockedWrites: 0,
    }
    this.#requests.push(entry)
    const { logRequests } = this.#settings
    if (this.#requests.length > 2 * logRequests) this.#requests = this.#requests.slice(-logRequests)
    return entry
  }

  reply(index: number, ask: Ask, faults: readonly Fault[], overrides: Overrides = {}): Reply {
    const settings = this.#settings
    const generation = changeGeneration(
      {
        tokens: ask.maxTokens,
        tokensPerChunk: overrides.tokensPerChunk ?? settings.tokensPerChunk,
        finishReason: 'length',
        reasoningTokens: 0,
        toolCall: false,
        emptyTextEvery: null,
      },
      faults,
    )
    const own = overrides.schedule
    const line = own === undefined ? this.#timeline : startTimeline(own, this.#startedNs)
    const dues = line.dues(ask.receivedNs, generation.tokens, seededRandom(settings.seed, index))
    const answer = writeAnswer(ask, generation, dues, {
      headers: settings.headers,
      eventsPerWrite: overrides.eventsPerWrite ?? settings.eventsPerWrite,
      eventBytes: overrides.eventBytes ?? 0,
      cachedTokens: settings.cachedTokens,
    })
    return changeAnswer(answer, faults)
  }
}
