/**
 * Runs as a server's program, e.g. `vllm`: reads the port from its command line as that server does and speaks that
 * server's wire. What it does else is in FAKE_SERVER as JSON.
 */
import { appendFileSync, readFileSync } from 'node:fs'
import { startLlamaServerWire } from '../../stub/wires/llama-server.ts'
import { startLmdeployWire } from '../../stub/wires/lmdeploy.ts'
import { startOllamaWire } from '../../stub/wires/ollama.ts'
import { startSglangWire } from '../../stub/wires/sglang.ts'
import { startTgiWire } from '../../stub/wires/tgi.ts'
import { startTransformersWire } from '../../stub/wires/transformers.ts'
import { startTrtllmWire } from '../../stub/wires/trtllm.ts'
import { startVllmLegacyWire } from '../../stub/wires/vllm-legacy.ts'
import { startVllmWire } from '../../stub/wires/vllm.ts'
import type { Wire, WireOptions } from '../../stub/wires/wire-server.ts'
import type { FakeBehaviour } from './fake-programs.ts'

const wires: Readonly<Record<string, (options: WireOptions) => Promise<Wire>>> = {
  vllm: startVllmWire,
  'vllm.entrypoints.api_server': startVllmLegacyWire,
  'sglang.launch_server': startSglangWire,
  'text-generation-launcher': startTgiWire,
  'llama-server': startLlamaServerWire,
  ollama: startOllamaWire,
  'trtllm-serve': startTrtllmWire,
  lmdeploy: startLmdeployWire,
  transformers: startTransformersWire,
}

const [, , name = '', ...args] = process.argv
const behaviour = JSON.parse(process.env['FAKE_SERVER'] ?? '{}') as FakeBehaviour
const { record, say = [], exitAfter, exitCode = 3, replica, once = false } = behaviour

const program = name === 'python3' ? (args[args.indexOf('-m') + 1] ?? '') : name
const at = args.findIndex((word) => /^--(server-)?port$/.test(word))
const port = Number(at < 0 ? process.env['OLLAMA_HOST']?.split(':')[1] : args[at + 1])
const told = (what: object) => record && appendFileSync(record, `${JSON.stringify({ port, ...what })}\n`)

for (const line of say) console.log(line)
console.log(`${program} ${args.join(' ')}`)
told({ started: process.pid, gpus: process.env['CUDA_VISIBLE_DEVICES'] ?? null, args })
process.on('SIGTERM', () => process.exit(0))
const gpus = process.env['CUDA_VISIBLE_DEVICES'] ?? null
const isMeant = replica === undefined || gpus === replica
const wasStarted =
  record !== undefined && readFileSync(record, 'utf8').split(JSON.stringify({ gpus }).slice(1, -1)).length > 2
const dies = exitAfter !== undefined && isMeant && !(once && wasStarted)
if (dies && exitAfter === 0) process.exit(exitCode)

const model = args[args.findIndex((word) => /^(serve|--model|--model-path|--model-id|--alias)$/.test(word)) + 1]
const options = { port, ...(model?.startsWith('-') === false && { model }) }
const wire = await wires[program]!(options)
let seen = 0
setInterval(() => {
  for (; seen < wire.requests.length; seen++) {
    const { path, headers } = wire.requests[seen]!
    told({ path, authorization: headers['authorization'] ?? null })
  }
  if (dies && wire.requests.length >= exitAfter) process.exit(exitCode)
}, 1)
