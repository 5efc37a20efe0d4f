import type { ResultFile, ServerBlock } from '../result/schema.ts'

const moments: Readonly<Record<string, string>> = {
  spawn_s: 'started',
  port_open_s: 'port open',
  ready_s: 'ready',
  first_token_s: 'first token',
}

/** `started after 0.01 s, port open after 2.1 s, ready after 4.2 s, first token after 4.5 s`; empty for what was there. */
export function startupWords(startup: ServerBlock['startup']): string {
  return Object.entries(startup ?? {})
    .flatMap(([name, seconds]) =>
      seconds === null ? [] : [`${moments[name] ?? name.replace(/_s$/, '')} after ${seconds.toPrecision(3)} s`],
    )
    .join(', ')
}

/** A line for each of several replicas: where, its GPUs, how long it took to start, and its part of the points' requests. */
export function replicaLines(results: readonly ResultFile[]): string[] {
  const replicas = results[0]?.servemark.server.replicas ?? []
  const balances = results.flatMap(({ servemark }) => servemark.balance ?? [])
  const rules = [...new Set(balances.map(({ rule }) => rule))].join(', ')
  const sent = (replica: number) => balances.reduce((sum, { requests }) => sum + (requests[replica] ?? 0), 0)
  const all = replicas.reduce((sum, _, replica) => sum + sent(replica), 0)
  return replicas.map(({ endpoint, gpus, startup }, replica) =>
    [
      `Replica ${replica + 1} at ${endpoint}`,
      ...(gpus === null ? [] : [`GPUs ${gpus}`]),
      ...(startup === null ? [] : [startupWords(startup)]),
      `${sent(replica)} of ${all} requests (${rules})`,
    ].join(', '),
  )
}
