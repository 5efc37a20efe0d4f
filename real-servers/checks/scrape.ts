import { request } from 'undici'
import { CheckFailed } from './check.ts'

/** Sums over all label sets, by the sample's exact name (`vllm:e2e_request_latency_seconds_sum`). */
export type Samples = ReadonlyMap<string, number>

const line = /^([A-Za-z_:][\w:]*)(?:\{[^}]*\})?\s+(\S+)/

/** A server's counters now, from its Prometheus page. */
export async function scrape(url: string): Promise<Samples> {
  const { statusCode, body } = await request(url, { headersTimeout: 10_000, bodyTimeout: 10_000 })
  const text = await body.text()
  if (statusCode !== 200) throw new CheckFailed(`${statusCode} from ${url}`)
  return parseSamples(text)
}

export function parseSamples(text: string): Samples {
  const samples = new Map<string, number>()
  for (const row of text.split('\n')) {
    const [, name = '', value = ''] = line.exec(row) ?? []
    if (name !== '') samples.set(name, (samples.get(name) ?? 0) + Number(value))
  }
  return samples
}
