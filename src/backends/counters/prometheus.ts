/** A label's value may hold any character, braces and escaped quotes too. */
const line = /^([A-Za-z_:][A-Za-z0-9_:]*)(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})?[ \t]+(\S+)/

/**
 * The samples of Prometheus' text format, each name's over all its labels added up: replicas and ranks are labels.
 * Colons in names become underscores, as some servers and collectors write them. Lines that are none are passed over.
 */
export function readSamples(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>()
  for (const row of text.split('\n')) {
    const [, name, number] = line.exec(row) ?? []
    if (name === undefined) continue
    const value = Number(number)
    if (!Number.isFinite(value)) continue
    const key = plainName(name)
    samples.set(key, (samples.get(key) ?? 0) + value)
  }
  return samples
}

export const plainName = (name: string): string => name.replaceAll(':', '_')
