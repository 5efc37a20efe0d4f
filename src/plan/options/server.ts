import { z } from 'zod'
import { option } from './option.ts'
import { oneOrMany, positiveInt } from './shapes.ts'

/** A backend's name, or its name with parameters of its own: `{ name: 'fastgen', maxRaggedBatchSize: [768] }`. */
const backendEntry = z.union([z.string(), z.looseObject({ name: z.string() })])
export type BackendEntry = z.output<typeof backendEntry>

/** Which server, and how it is started. */
export const serverOptions = {
  model: option(
    z.string().min(1).nullable().default(null),
    'Model name, as the server and Hugging Face know it, or a path',
    {
      group: 'server',
      value: 'NAME',
      defaultText: "the bench file's, or the only one the server lists",
    },
  ),
  backends: option(oneOrMany(backendEntry), 'Servers to measure', {
    group: 'server',
    flag: 'backend',
    aliases: ['--backends'],
    value: 'NAME',
    list: true,
    defaultText: "the bench file's",
  }),
  tensorParallel: option(oneOrMany(positiveInt).default([1]), 'Tensor-parallel degrees, one server start each', {
    group: 'server',
    aliases: ['--tp_size'],
    value: 'N',
    list: true,
  }),
  maxRaggedBatchSize: option(oneOrMany(positiveInt).default([768]), 'Tokens a forward pass, one server start each', {
    group: 'server',
    aliases: ['--max_ragged_batch_size'],
    value: 'N',
    list: true,
  }),
  replicas: option(oneOrMany(positiveInt).default([1]), 'Replicas of the server, one server start each', {
    group: 'server',
    aliases: ['--num_replicas'],
    value: 'N',
    list: true,
  }),
  serverArgs: option(z.array(z.string()).default([]), 'Further arguments for the server program', {
    group: 'server',
    value: 'ARGS',
    parse: (words) => words.flatMap((word) => word.split(/\s+/).filter(Boolean)),
    defaultText: 'none',
  }),
  env: option(z.record(z.string(), z.string()).default({}), 'Environment of the server program', {
    group: 'server',
    fileOnly: true,
  }),
  parameters: option(
    z.number().positive().nullable().default(null),
    'Size of the model in billions of parameters, for TFLOPs',
    {
      group: 'server',
      fileOnly: true,
    },
  ),
  fp6: option(z.boolean().default(false), 'Weights of 6 bits, where a server has them (DeepSpeed-FastGen)', {
    group: 'server',
  }),
  deploymentName: option(z.string().min(1).nullable().default(null), 'Deployment name (MII, Azure ML)', {
    group: 'server',
    aliases: ['--deployment_name'],
    value: 'NAME',
    defaultText: 'none',
  }),
} as const
