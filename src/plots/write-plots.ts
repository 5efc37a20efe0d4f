import { join } from 'node:path'
import { backends } from '../backends/index.ts'
import type { ResultFile } from '../result/schema.ts'
import { writeSealed } from '../result/sealed-file.ts'
import { plots } from './index.ts'
import type { BackendLook, PlottedPoint } from './plot.ts'
import { plottedPoint } from './plotted-point.ts'
import { renderPng, renderSvg } from './render.ts'
import { lightTheme } from './theme.ts'

/** How each backend's curves look and which server sizes its titles name. */
export const backendLooks: Readonly<Record<string, BackendLook>> = Object.fromEntries(
  Object.values(backends).map(({ id, style, dimensions }) => [id, { ...style, dimensions }]),
)

/**
 * Draws every plot that the results give into `<outDir>/plots/<plot>/<group>.svg` and `.png`. Each file is replaced
 * whole. Returns the absolute paths, SVG before PNG. Rejects with a UserError when a file cannot be written.
 */
export function writePlots(results: readonly ResultFile[], outDir: string): Promise<string[]> {
  return writePlotsOf(results.map(plottedPoint), outDir)
}

export async function writePlotsOf(points: readonly PlottedPoint[], outDir: string): Promise<string[]> {
  const written: string[] = []
  for (const plot of Object.values(plots)) {
    const directory = join(outDir, 'plots', plot.directory)
    for (const { group, spec } of plot.draw({ points, theme: lightTheme, looks: backendLooks })) {
      const svg = await renderSvg(spec)
      const base = join(directory, group)
      await writeSealed(`${base}.svg`, svg)
      await writeSealed(`${base}.png`, renderPng(svg))
      written.push(`${base}.svg`, `${base}.png`)
    }
  }
  return written
}
