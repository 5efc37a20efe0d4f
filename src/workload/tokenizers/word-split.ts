import { z } from 'zod'

const spaceMark = '\u2581'

const sentencePieceBpe = z.looseObject({
  pre_tokenizer: z.union([
    z.null(),
    z.undefined(),
    z.looseObject({ type: z.literal('Metaspace'), replacement: z.literal(spaceMark), split: z.literal(false) }),
  ]),
  model: z.looseObject({
    type: z.literal('BPE'),
    vocab: z.custom<object>((vocab) => typeof vocab === 'object' && vocab !== null),
  }),
})

/**
 * Llama-2's and Mistral's tokenizers take a whole text as one word, which costs tens of milliseconds a prompt. If no piece of
 * the vocabulary holds a space mark behind another character, no merge can cross the border before a space mark, so splitting
 * there gives the same ids, and words met before come from the library's cache. Any other tokenizer is returned as it is.
 */
export function withWordSplit(json: object): object {
  const parsed = sentencePieceBpe.safeParse(json)
  if (!parsed.success) return json
  const { model, pre_tokenizer: present } = parsed.data
  const crossing = new RegExp(`[^${spaceMark}]${spaceMark}`)
  if (Object.keys(model.vocab).some((piece) => crossing.test(piece))) return json
  const split = {
    type: 'Split',
    pattern: { Regex: `${spaceMark}*[^${spaceMark}]+|${spaceMark}+` },
    behavior: 'Isolated',
    invert: false,
  }
  return { ...json, pre_tokenizer: present ? { type: 'Sequence', pretokenizers: [present, split] } : split }
}
