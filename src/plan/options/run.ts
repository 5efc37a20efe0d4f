import { z } from 'zod'
import { option } from './option.ts'
import { parsePercent } from './words.ts'

/** Options of a run rather than of a benchmark: only on the command line. */
export const runOptions = {
  outDir: option(z.string().min(1).default('results'), 'Where results go', {
    group: 'results',
    aliases: ['--out_json_dir'],
    value: 'DIR',
    flagOnly: true,
  }),
  resume: option(z.boolean().default(false), 'Keep points that are already measured and valid', {
    group: 'results',
    flagOnly: true,
  }),
  overwrite: option(z.boolean().default(false), 'Measure points again though an equal result exists', {
    group: 'results',
    aliases: ['--overwrite_results'],
    flagOnly: true,
  }),
  classicSummary: option(z.boolean().default(false), "Print the original's summary line for each point", {
    group: 'results',
    flagOnly: true,
  }),
  baseline: option(z.string().min(1).nullable().default(null), 'Compare each point with the results in this folder', {
    group: 'results',
    value: 'DIR',
    flagOnly: true,
    defaultText: 'none',
  }),
  failOnRegression: option(
    z.number().positive().max(1000).nullable().default(null),
    'Exit code 1 when a figure is worse than the baseline by more than this; needs --baseline',
    { group: 'results', value: 'SHARE', flagOnly: true, parse: parsePercent, defaultText: 'never' },
  ),
  allowInvalid: option(
    z.boolean().default(false),
    'Invalid points do not fail the run; thresholds and --fail-on-regression judge them too',
    { group: 'results', flagOnly: true },
  ),
  plots: option(z.boolean().default(true), 'Draw the plots at the end; --no-plots leaves them to npm run plot', {
    group: 'results',
    flagOnly: true,
  }),
  dryRun: option(z.boolean().default(false), 'Show the plan and the command line of each server; start nothing', {
    group: 'run',
    flagOnly: true,
  }),
  clientOnly: option(
    z.boolean().default(false),
    'Measure the servers that npm run server -- start left running; start and stop none',
    { group: 'run', flagOnly: true },
  ),
  lock: option(
    z.boolean().default(true),
    'Wait for other runs on this host; --no-lock does not, and results are suspect',
    { group: 'run', flagOnly: true },
  ),
  floor: option(
    z.boolean().default(true),
    'After each point, replay its streams against a stub that knows the truth, up to 2 s; --no-floor does not',
    { group: 'run', flagOnly: true },
  ),
  rehearsal: option(
    z.boolean().default(true),
    'Warm the load generator up before it measures; --no-rehearsal starts 0.4 s sooner, with a less exact first point',
    { group: 'run', flagOnly: true },
  ),
  benches: option(z.string().min(1).default('benches'), 'Folder of the bench files', {
    group: 'run',
    value: 'DIR',
    flagOnly: true,
  }),
  help: option(z.boolean().default(false), 'This text', { group: 'run', aliases: ['-h'], flagOnly: true }),
} as const
