/** Bodies of replies, each as its events. */
export type Replies = readonly (readonly string[])[]

const tokens = 100

/** Keys that come first: V8 gives up on code for each layout of an object once it has seen more than four. */
const layouts = [{}, { a: 1 }, { b: 1 }, { c: 1 }, { d: 1 }, { e: 1 }]

/** What OpenAI's routes send, in the usual shapes: with and without counts that run along, completions and chat. */
export const rehearsalReplies: Readonly<Record<'streams' | 'short' | 'canary', Replies>> = {
  streams: layouts.flatMap((layout) => replies(tokens, layout)),
  short: layouts.flatMap((layout) => replies(1, layout)),
  canary: [Array.from({ length: tokens }, (_, index) => `data: {"sent_ns":"${1e15 + index}"}\n\n`)],
}

function replies(length: number, layout: object): Replies {
  return [completion(length, layout, true), completion(length, layout, false), chat(length, layout)]
}

function completion(length: number, layout: object, countsAlong: boolean): string[] {
  return stream(length, (index) => ({
    ...layout,
    object: 'text_completion',
    choices: [{ ...layout, index: 0, text: ` word${index}`, logprobs: null, finish_reason: finish(index, length) }],
    ...(countsAlong && { usage: { prompt_tokens: 8, total_tokens: 9 + index, completion_tokens: 1 + index } }),
  }))
}

function chat(length: number, layout: object): string[] {
  return stream(length + 1, (index) => ({
    ...layout,
    object: 'chat.completion.chunk',
    choices: [
      {
        ...layout,
        index: 0,
        delta: index === 0 ? { role: 'assistant', content: '' } : { content: ` word${index}` },
        logprobs: null,
        finish_reason: finish(index, length + 1),
      },
    ],
  }))
}

function finish(index: number, length: number): string | null {
  return index === length - 1 ? 'length' : null
}

function stream(length: number, body: (index: number) => object): string[] {
  const event = (index: number): string =>
    `data: ${JSON.stringify({ ...body(index), id: 'rehearsal', created: 1, model: 'rehearsal' })}\n\n`
  return [...Array.from({ length }, (_, index) => event(index)), 'data: [DONE]\n\n']
}
