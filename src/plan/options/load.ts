import { z } from 'zod'
import { balances } from '../../load/balance.ts'
import { option } from './option.ts'
import { oneOrMany, positiveInt, seconds, share } from './shapes.ts'
import { arrivalNames, loadSchema, stage } from '../load-shapes/schema.ts'
import { parseStages } from '../load-shapes/stages.ts'
import { durationOf } from './words.ts'

const originalClients = [1, 2, 4, 6, 8, 12, 16, 20, 24, 28, 32]

/** How many requests, when, and for how long. */
export const loadOptions = {
  load: option(loadSchema.nullable().default(null), 'Load shape, e.g. closedLoop({ clients: [1, 8] })', {
    group: 'load',
    fileOnly: true,
  }),
  clients: option(oneOrMany(positiveInt).default(originalClients), 'Closed-loop clients, one point each', {
    group: 'load',
    aliases: ['--num_clients'],
    value: 'N',
    list: true,
  }),
  requestRate: option(
    oneOrMany(z.number().positive()).nullable().default(null),
    'Open loop: requests a second, whatever the server does; one point each',
    { group: 'load', value: 'X', list: true, defaultText: 'a closed loop' },
  ),
  stages: option(
    z.array(stage).min(1).nullable().default(null),
    'Open loop in stages, e.g. 10/s:30s,10..20/s:1m for a step and a ramp; one point',
    { group: 'load', value: 'STAGES', parse: (words) => parseStages(words.join(',')), defaultText: 'none' },
  ),
  arrival: option(z.enum(arrivalNames).nullable().default(null), 'Law of the gaps between the sends of an open loop', {
    group: 'load',
    value: arrivalNames.join('|'),
    defaultText: 'poisson; gamma with --burstiness',
  }),
  burstiness: option(
    z.number().positive().nullable().default(null),
    'Shape of gamma gaps: 1 is Poisson, smaller is burstier',
    { group: 'load', value: 'X', defaultText: 'none' },
  ),
  maxConcurrency: option(positiveInt.nullable().default(null), 'Most requests of an open loop in flight', {
    group: 'load',
    value: 'N',
    defaultText: 'no limit',
  }),
  onCap: option(z.enum(['queue', 'drop']).default('queue'), 'What becomes of a request beyond --max-concurrency', {
    group: 'load',
    value: 'queue|drop',
  }),
  requests: option(positiveInt.nullable().default(null), 'Measured requests of a point', {
    group: 'load',
    aliases: ['--num_requests'],
    value: 'N',
    defaultText: '4 x clients + 32; in an open loop what is due in its time',
  }),
  perReplica: option(z.boolean().default(false), 'Clients, request rates and requests are those of each replica', {
    group: 'load',
  }),
  retries: option(
    z.int().min(0).default(0),
    'Send a request again after 408, 424, 429, 5xx or no connection; its times begin with the first sending',
    { group: 'load', value: 'N', defaultText: '0: nothing that measures is retried' },
  ),
  balance: option(
    z.enum(balances).default('round-robin'),
    'Which replica gets the next request, where a server has none of its own',
    { group: 'load', value: balances.join('|') },
  ),
  loadThreads: option(
    z.union([z.literal('auto'), z.int().min(1).max(64)]).default('auto'),
    'Threads of the load generator, each with its own connections; auto: by clients and cores',
    { group: 'load', value: 'auto|N' },
  ),
  duration: option(seconds.nullable().default(null), 'Send for so long, e.g. 30s or 2m', {
    group: 'load',
    value: 'TIME',
    parse: (words) => durationOf(words),
    defaultText: 'until all requests are sent; 60s in an open loop without --requests',
  }),
  drainTimeout: option(
    z.number().min(0).default(60),
    'After a time is up or an open loop has sent all: wait so long for answers, s, then cancel',
    { group: 'load', value: 'SECONDS' },
  ),
  stopOnErrorRate: option(share.nullable().default(null), 'End a point once more than this share of it has failed', {
    group: 'load',
    value: 'SHARE',
    defaultText: 'never',
  }),
  stopOnSaturation: option(z.boolean().default(true), 'End an open loop whose server falls behind without bound', {
    group: 'load',
  }),
  warmup: option(z.int().min(0).default(1), 'Warm-up requests per client, at least', { group: 'load', value: 'N' }),
  warmupMax: option(
    z.int().min(0).default(4),
    'Warm-up requests per client, at most: it ends when two rounds agree within 5 %',
    {
      group: 'load',
      value: 'N',
    },
  ),
  stagger: option(z.number().min(0).default(0.01), 'Clients start within clients x this many seconds', {
    group: 'load',
    value: 'SECONDS',
  }),
  stream: option(z.boolean().default(true), 'Stream the answers, which shows first-token and inter-token times', {
    group: 'load',
  }),
  repeats: option(positiveInt.default(1), 'Runs of each point, one after the other over all points: shows the spread', {
    group: 'load',
    value: 'N',
  }),
  maxErrorRate: option(share.default(0.01), 'A point fails when a larger share of its requests failed', {
    group: 'load',
    value: 'SHARE',
  }),
} as const
