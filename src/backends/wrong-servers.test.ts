import { expect, test } from 'vitest'
import { reservePorts } from '../servers/ports.ts'
import { startAzureWire } from '../stub/wires/azure.ts'
import { startLlamaServerWire } from '../stub/wires/llama-server.ts'
import { startLmdeployWire } from '../stub/wires/lmdeploy.ts'
import { startOllamaWire } from '../stub/wires/ollama.ts'
import { startSglangWire } from '../stub/wires/sglang.ts'
import { startTgiWire } from '../stub/wires/tgi.ts'
import { startTransformersWire } from '../stub/wires/transformers.ts'
import { startTrtllmWire } from '../stub/wires/trtllm.ts'
import { startVllmLegacyWire } from '../stub/wires/vllm-legacy.ts'
import { startVllmWire } from '../stub/wires/vllm.ts'
import type { Wire } from '../stub/wires/wire-server.ts'
import type { Backend } from './backend.ts'
import { openAiDecoderModule } from './families/openai-wire.ts'
import { backends } from './index.ts'
import { probeFailure, started, targetOf } from './testing/drive.ts'

const list: readonly Backend[] = Object.values(backends)
const elsewhere = (port: number): Wire => ({
  url: `http://127.0.0.1:${port}`,
  requests: [],
  close: async () => {},
})
/** The address as the backend's requests need it. */
const at = (backend: Backend, wire: Wire): Wire => ({
  ...wire,
  url: backend.baseUrl === 'grpc' ? wire.url.replace(/^http/, 'grpc') : wire.url,
})
const asked = { model: 'tiny', stream: true }

test.each(list.map((backend) => [backend.id, backend] as const))('%s: nobody is there', async (id, backend) => {
  const [port = 0] = await reservePorts(1)
  const line = await probeFailure(backend, targetOf(backend, at(backend, elsewhere(port)), asked))
  expect(line).toMatch(new RegExp(`^${id}: [^\\n]*\\b127\\.0\\.0\\.1:${port}\\b[^\\n]*$`))
  expect(line).toMatch(/nothing listens|no connection/)
})

const servers: Readonly<Record<string, () => Promise<Wire>>> = {
  vllm: startVllmWire,
  'vllm-legacy': startVllmLegacyWire,
  aml: startAzureWire,
  sglang: startSglangWire,
  tgi: startTgiWire,
  'llama-server': startLlamaServerWire,
  ollama: startOllamaWire,
  trtllm: startTrtllmWire,
  lmdeploy: startLmdeployWire,
  transformers: startTransformersWire,
}
/** Servers that answer as OpenAI's do, and backends that ask so: one is as good as another. */
const dialect = list.filter((backend) => backend.decoderModule === openAiDecoderModule).map(({ id }) => id)

test.each(list.map((backend) => [backend.id, backend] as const))(
  "%s: another server's wire is told in one line, and what to do",
  async (id, backend) => {
    const others = Object.keys(servers).filter(
      (other) => other !== id && !(dialect.includes(id) && dialect.includes(other)),
    )
    for (const other of others) {
      const wire = await started(servers[other]!())
      const line = await probeFailure(backend, targetOf(backend, at(backend, wire), asked))
      expect([other, line]).toEqual([other, expect.stringMatching(new RegExp(`^${id}: [^\\n]{10,400}$`))])
    }
  },
)
