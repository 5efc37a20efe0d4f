import { z } from 'zod'
import { option } from './option.ts'
import { parseHeaders, parseJson } from './words.ts'

const headerValue = z.string().regex(/^[\t\x20-\x7E\x80-\xFF]*$/, 'one line of Latin-1 characters')

/** Where and how a server is asked that was not started here. */
export const endpointOptions = {
  baseUrl: option(
    z.string().min(1).nullable().default(null),
    'Measure the server at this address instead of starting one',
    {
      group: 'endpoint',
      aliases: ['--openai_api_url', '--aml_api_url'],
      value: 'URL',
      defaultText: 'none',
    },
  ),
  endpoint: option(z.enum(['completions', 'chat']).default('completions'), 'Which OpenAI route', {
    group: 'endpoint',
    value: 'completions|chat',
  }),
  header: option(z.record(z.string(), headerValue).default({}), 'Header of every request; never stored in clear', {
    group: 'endpoint',
    value: "'NAME: VALUE'",
    list: true,
    parse: parseHeaders,
    defaultText: 'none',
  }),
  extraBody: option(z.record(z.string(), z.unknown()).default({}), 'JSON merged into every request body', {
    group: 'endpoint',
    value: 'JSON',
    parse: parseJson,
    defaultText: 'none',
  }),
} as const
