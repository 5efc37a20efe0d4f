import type { Answer, Ask, Frame, Generation, StubEvent, TokenEvent, Usage } from './reply.ts'

export interface AnswerSettings {
  readonly headers: Answer['headers']
  readonly eventsPerWrite: number
  readonly eventBytes: number
  readonly cachedTokens: number | null
}

const words = ['time', 'is', 'what', 'a', 'clock', 'keeps', 'and', 'truth', 'what', 'it', 'reports']

/** One word a token, so that splitting the text at spaces counts its tokens. */
function tokenText(index: number): string {
  const word = words[index % words.length] as string
  return index === 0 ? word : ` ${word}`
}

/** The faultless answer: a chunk of k tokens is due when its first token is. */
export function writeAnswer(
  ask: Ask,
  generation: Generation,
  dues: readonly number[],
  settings: AnswerSettings,
): Answer {
  const chat = ask.route === 'chat'
  const frames: Frame[] = []
  const firstDue = dues[0] ?? ask.receivedNs
  const reasoningTokens = chat ? Math.min(generation.reasoningTokens, generation.tokens) : 0

  const usageAt = (outputTokens: number): Usage => ({
    promptTokens: ask.promptTokens,
    outputTokens,
    reasoningTokens: Math.min(reasoningTokens, outputTokens),
    cachedTokens: settings.cachedTokens === null ? null : Math.min(settings.cachedTokens, ask.promptTokens),
  })
  const kindOf = (token: number): TokenEvent['kind'] => {
    if (token < reasoningTokens) return 'reasoning'
    return chat && generation.toolCall ? 'tool' : 'text'
  }
  const textOf = (token: number): string => {
    const every = generation.emptyTextEvery
    return every !== null && token % every === every - 1 ? '' : tokenText(token)
  }

  if (chat) frames.push({ dueNs: firstDue, event: { kind: 'role' } })
  for (let at = 0; at < generation.tokens;) {
    const kind = kindOf(at)
    const texts: string[] = []
    const dueNs = dues[at] as number
    while (at < generation.tokens && texts.length < generation.tokensPerChunk && kindOf(at) === kind)
      texts.push(textOf(at++))
    frames.push({
      dueNs,
      event: {
        kind,
        texts,
        finishReason: at === generation.tokens ? generation.finishReason : null,
        usage: ask.continuousUsage || !ask.stream ? usageAt(at) : null,
      },
    })
  }
  const lastDue = frames.at(-1)?.dueNs ?? firstDue
  const tail: StubEvent[] = []
  if (generation.tokens === 0) tail.push({ kind: 'finish', reason: generation.finishReason })
  if (ask.includeUsage || !ask.stream) tail.push({ kind: 'usage', usage: usageAt(generation.tokens) })
  tail.push({ kind: 'done' })
  for (const event of tail) frames.push({ dueNs: lastDue, event })

  return {
    kind: 'answer',
    body: ask.stream ? 'sse' : 'json',
    headers: settings.headers,
    newline: '\n',
    eventsPerWrite: settings.eventsPerWrite,
    eventBytes: settings.eventBytes,
    frames,
    ending: { kind: 'complete' },
    connection: 'kept',
  }
}
