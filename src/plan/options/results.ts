import { z } from 'zod'
import { option } from './option.ts'
import { objectivesSchema, thresholdSchema } from './criteria.ts'
import { parseObjectives, parseThresholds } from './words.ts'

/** What stands beside the labels in an output directory. */
const ownNames: ReadonlySet<string> = new Set([
  'runs',
  'plots',
  'charts',
  'exports',
  'servers',
  'report.html',
  'readme.md',
])

/** Where results go, and what they must meet. */
export const resultOptions = {
  label: option(
    z
      .string()
      .regex(/^[\w+-][\w.+-]*$/, 'letters, digits, . _ + - only, and no dot at its start')
      .refine(
        (label) => !ownNames.has(label.toLowerCase()),
        `not a name of the suite's own: ${[...ownNames].join(', ')}`,
      )
      .nullable()
      .default(null),
    'Directory under the results and name of the curve',
    {
      group: 'results',
      value: 'NAME',
      defaultText: "the backend's name",
    },
  ),
  objectives: option(
    objectivesSchema.default({}),
    "Limits that one request must meet, for goodput: seconds, or the original's deadlines at prompt/output tokens/s",
    {
      group: 'results',
      flag: 'objective',
      aliases: ['--objectives'],
      value: "'ttft<X'|'cum=P/G'",
      list: true,
      parse: parseObjectives,
      defaultText: "the bench file's",
    },
  ),
  thresholds: option(
    z.record(z.string(), thresholdSchema).default({}),
    'Limits that a point must meet, else exit code 1',
    {
      group: 'results',
      flag: 'threshold',
      aliases: ['--thresholds'],
      value: "'METRIC<X'",
      list: true,
      parse: parseThresholds,
      defaultText: "the bench file's",
    },
  ),
  saveText: option(z.boolean().default(true), 'Keep prompts and answers in the result files', { group: 'results' }),
} as const
