import { z } from 'zod'
import { option } from './option.ts'
import { oneOrMany, positiveInt } from './shapes.ts'

/** What is asked: prompts, lengths, sampling. */
export const workloadOptions = {
  promptTokens: option(oneOrMany(positiveInt).default([2600]), 'Mean prompt lengths', {
    group: 'workload',
    aliases: ['--mean_prompt_length'],
    value: 'N',
    list: true,
  }),
  outputTokens: option(oneOrMany(positiveInt).default([60]), 'Mean output lengths', {
    group: 'workload',
    aliases: ['--mean_max_new_tokens'],
    value: 'N',
    list: true,
  }),
  promptTokensVar: option(
    z.number().min(0).max(2).default(0.3),
    'Standard deviation of the prompt length, as a share of its mean',
    {
      group: 'workload',
      aliases: ['--prompt_length_var'],
      value: 'SHARE',
    },
  ),
  outputTokensVar: option(
    z.number().min(0).max(2).default(0.3),
    'Standard deviation of the output length, as a share of its mean',
    {
      group: 'workload',
      aliases: ['--max_new_tokens_var'],
      value: 'SHARE',
    },
  ),
  maxPromptTokens: option(positiveInt.default(4000), 'Longest prompt (at least 3 x the mean is allowed)', {
    group: 'workload',
    aliases: ['--max_prompt_length'],
    value: 'N',
  }),
  prompts: option(
    z.enum(['salted', 'classic']).default('salted'),
    "Prompts of exact lengths that no cache knows, or the original's draws",
    {
      group: 'workload',
      value: 'salted|classic',
    },
  ),
  promptsFile: option(
    z.string().nullable().default(null),
    'JSON lines with prompt or messages, and max_tokens, session, turn',
    {
      group: 'workload',
      value: 'FILE',
      defaultText: 'built-in text',
    },
  ),
  salt: option(z.string().min(1).nullable().default(null), "Replay a run's salt: the same prompts again", {
    group: 'workload',
    value: 'TEXT',
    defaultText: 'new each run',
  }),
  tokenizer: option(z.string().min(1).nullable().default(null), 'Tokenizer: a folder, tokenizer.json or model name', {
    group: 'workload',
    value: 'NAME',
    defaultText: "the model's",
  }),
  temperature: option(z.number().min(0).max(2).default(1), 'Sampling temperature', { group: 'workload', value: 'X' }),
  topP: option(z.number().gt(0).max(1).default(0.9), 'Nucleus sampling share', { group: 'workload', value: 'X' }),
  seed: option(z.int().min(0).default(42), 'Seed of lengths, stagger and sampling', { group: 'workload', value: 'N' }),
} as const
