import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { describePlan } from '../plan/describe-plan.ts'
import { loadBench } from '../plan/load-bench.ts'
import { backends } from './index.ts'

const folder = fileURLToPath(new URL('../../benches/', import.meta.url))

interface Line {
  readonly label: string
  readonly command: string
}
/** What `--dry-run` prints of each server configuration of a bench. */
async function lines(name: string, flags: Record<string, unknown> = {}): Promise<Line[]> {
  const file = `${name}.bench.ts`
  const loaded = await loadBench(name, join(folder, file), file, flags, backends)
  const printed = await describePlan(loaded, backends)
  return printed.flatMap((text, index) =>
    text
      .split('\n')
      .flatMap((line) =>
        /^ {4}\$ /.test(line)
          ? [{ label: printed[index - 1]?.trim() ?? '', command: line.replace(/^ {4}\$ /, '') }]
          : [],
      ),
  )
}

/** The original's table of models: name, model, tensor-parallel degrees. */
const models = [
  ['llama-7b', 'meta-llama/Llama-2-7b-hf', [1]],
  ['llama-13b', 'meta-llama/Llama-2-13b-hf', [1, 2, 4]],
  ['llama-70b', 'meta-llama/Llama-2-70b-hf', [4, 8]],
  ['falcon-40b', 'tiiuae/falcon-40B', [2, 4]],
  ['falcon-180b', 'tiiuae/falcon-180B', [8]],
  ['mixtral-8x7b', 'mistralai/Mixtral-8x7B-v0.1', [4]],
  ['mixtral-8x7b-long', 'mistralai/Mixtral-8x7B-v0.1', [4]],
  ['phi-2', 'microsoft/phi-2', [1]],
] as const

const vllmLine = (model: string, tp: number, bs = 768, port = 26500) =>
  `VLLM_NO_USAGE_STATS=1 vllm serve ${model} --host 127.0.0.1 --port ${port} --tensor-parallel-size ${tp} --max-num-batched-tokens ${bs} --max-num-seqs ${Math.min(256, bs)} --no-enable-prefix-caching --generation-config vllm --disable-uvicorn-access-log`

const fastgenServe = (command: string) => {
  const json = /'(\{"model".*\})'$/.exec(command)?.[1]
  return json === undefined ? null : (JSON.parse(json) as { model: string; serve: Record<string, unknown> })
}
const engine = (tp: number, bs: number) => ({
  tensor_parallel: { tp_size: tp },
  state_manager: { max_ragged_batch_size: bs, max_ragged_sequence_count: Math.min(512, bs) },
})

test("every bench of the original's models is in the table", () => {
  const gpu = readdirSync(folder)
    .map((file) => file.replace('.bench.ts', ''))
    .filter((name) => !['example', 'smoke', 'openai'].includes(name))
  expect(gpu.sort()).toEqual(models.map(([name]) => name).sort())
})

test.each(models)('%s on vLLM', async (name, model, degrees) => {
  const printed = (await lines(name)).filter(({ label }) => label.startsWith('vllm '))
  expect(printed).toEqual(
    degrees.map((tp) => ({ label: `vllm tp=${tp} bs=768 replicas=1  ${model}`, command: vllmLine(model, tp) })),
  )
})

test.each(models)('%s on FastGen', async (name, model, degrees) => {
  const printed = (await lines(name)).filter(({ label }) => label.startsWith('fastgen '))
  expect(printed.map(({ label }) => label)).toEqual(degrees.map((tp) => `fastgen tp=${tp} bs=768 replicas=1  ${model}`))
  for (const [index, tp] of degrees.entries()) {
    const command = printed[index]?.command ?? ''
    expect(command).toMatch(/^python3 \S+\/fastgen\/launcher\.py '/)
    expect(fastgenServe(command)).toMatchObject({
      model,
      serve: { tensor_parallel: tp, replica_num: 1, port_number: 26500, inference_engine_config: engine(tp, 768) },
    })
  }
})

test('batch sizes and replicas sweep as a product', async () => {
  const flags = { maxRaggedBatchSize: [128, 768], replicas: [1, 4], backends: ['vllm', 'fastgen'] }
  const printed = await lines('llama-70b', flags)
  // FastGen makes its replicas itself.
  expect(printed).toHaveLength(2 * 2 * (1 + 4) + 2 * 2 * 2)
  const model = 'meta-llama/Llama-2-70b-hf'
  const gpus = ['0,1,2,3,4,5,6,7', '8,9,10,11,12,13,14,15', '16,17,18,19,20,21,22,23', '24,25,26,27,28,29,30,31']
  expect(printed.filter(({ label }) => label === `vllm tp=8 bs=128 replicas=4  ${model}`)).toEqual(
    gpus.map((names, index) => ({
      label: `vllm tp=8 bs=128 replicas=4  ${model}`,
      command: vllmLine(model, 8, 128, 26500 + index).replace(' vllm', ` CUDA_VISIBLE_DEVICES=${names} vllm`),
    })),
  )
  const fastgen = printed.find(({ label }) => label.startsWith('fastgen tp=4 bs=128 replicas=4'))
  expect(fastgenServe(fastgen?.command ?? '')?.serve).toMatchObject({
    replica_num: 4,
    zmq_port_number: 26500 + 2 + 4 * 4,
    inference_engine_config: engine(4, 128),
  })
})

test('every other server starts the same model', async () => {
  const others = ['vllm-legacy', 'sglang', 'tgi', 'llama-server', 'ollama', 'trtllm', 'lmdeploy', 'transformers']
  const printed = await lines('llama-7b', { backends: others })
  expect(printed.map(({ label }) => label.split('  ')[0])).toEqual([
    'vllm-legacy tp=1 bs=768',
    'sglang tp=1 bs=768 replicas=1',
    'tgi tp=1',
    'llama-server bs=768',
    'ollama',
    'trtllm tp=1 bs=768',
    'lmdeploy tp=1 bs=768',
    'transformers',
  ])
  // Ollama is told the model in each request.
  const unnamed = printed.filter(({ command }) => !command.includes('meta-llama/Llama-2-7b-hf'))
  expect(unnamed.map(({ label }) => label.split('  ')[0])).toEqual(['ollama'])
})
