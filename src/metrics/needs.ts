import type { Measured } from './measured.ts'
import { objectivesUnjudged } from './objectives.ts'

/** What a metric needs beyond a recording: why it is not there, or null when it is. */
export const needs = {
  stream: ({ facts }: Measured) => (facts.stream ? null : 'the answers were not streamed'),
  intendedTimes: ({ recording, rows }: Measured) =>
    rows.some((row) => recording.requests.intended[row] != null) ? null : 'a closed loop has no intended send times',
  outputTokens: ({ tokens }: Measured) => (tokens.output.ledger === 'none' ? tokens.output.note : null),
  promptTokens: ({ tokens }: Measured) => (tokens.prompt.ledger === 'none' ? tokens.prompt.note : null),
  parameters: ({ facts }: Measured) =>
    facts.parametersBillion === null ? "the model's size is not known (`parameters` in the bench file)" : null,
  gpus: ({ facts }: Measured) => (facts.gpus === null ? 'it is not known that GPUs were used, or how many' : null),
  objectives: objectivesUnjudged,
  clients: ({ facts }: Measured) => (facts.clients === null ? 'the load has no fixed number of clients' : null),
} as const satisfies Record<string, (measured: Measured) => string | null>

export type Need = keyof typeof needs
