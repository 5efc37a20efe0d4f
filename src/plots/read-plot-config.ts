import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { parse } from 'yaml'
import { z } from 'zod'
import { cssColor, dashOf, lineStyleNames, markerNames, markerOf } from './matplotlib-names.ts'
import { noConfig, type PlotConfig } from './plot-config.ts'

const name = z.union([z.string(), z.number()]).transform(String)
const keys = {
  label: name,
  color: name.refine((color) => cssColor(color) !== null, 'not a colour of matplotlib'),
  marker: name.refine((marker) => markerOf(marker) !== null, `not one of ${markerNames.join(' ')}`),
  linestyle: z.string().refine((style) => dashOf(style) !== undefined, {
    error: `not one of ${lineStyleNames.filter((each) => each.trim() !== '').join(' ')}`,
  }),
  polyfit_degree: z.int('not a whole number').min(0, 'below 0').max(20, 'above 20'),
  x_max: z.number('not a number'),
  y_max: z.number('not a number'),
}

/**
 * Reads `<directory>/plot_config.yaml`; every key may be missing. A key that is unknown or wrong is told in `problems`, one line
 * each, and left out.
 */
export async function readPlotConfig(directory: string): Promise<{ config: PlotConfig; problems: string[] }> {
  const file = join(directory, 'plot_config.yaml')
  const text = await readFile(file, 'utf8').catch(() => null)
  if (text === null) return { config: noConfig, problems: [] }
  const where = join(basename(directory), 'plot_config.yaml')
  let data: unknown
  try {
    data = parse(text)
  } catch (error) {
    return { config: noConfig, problems: [`${where} is broken: ${(error as Error).message.split('\n')[0]}`] }
  }
  if (data === null) return { config: noConfig, problems: [] }
  if (typeof data !== 'object' || Array.isArray(data)) {
    return { config: noConfig, problems: [`${where} is broken: it holds no keys`] }
  }
  const found: Record<string, unknown> = {}
  const problems: string[] = []
  for (const [key, value] of Object.entries(data)) {
    const schema = Object.hasOwn(keys, key) ? keys[key as keyof typeof keys] : null
    if (schema === null) {
      problems.push(`${where}: "${key}" is not a key; known: ${Object.keys(keys).join(', ')}`)
    } else if (value !== null) {
      const parsed = schema.safeParse(value)
      if (parsed.success) found[key] = parsed.data
      else problems.push(`${where}: ${key} ${JSON.stringify(value)} is left out: ${parsed.error.issues[0]?.message}`)
    }
  }
  const { label, color, marker, linestyle, polyfit_degree, x_max, y_max } = found as {
    [Key in keyof typeof keys]?: z.output<(typeof keys)[Key]>
  }
  return {
    config: {
      label: label ?? null,
      color: color ?? null,
      marker: marker ?? null,
      linestyle: linestyle ?? null,
      polyfitDegree: polyfit_degree ?? null,
      xMax: x_max ?? null,
      yMax: y_max ?? null,
    },
    problems,
  }
}
