import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { backends } from '../backends/index.ts'
import type { ResultFile } from '../result/schema.ts'
import { writeSealed } from '../result/sealed-file.ts'
import { plots } from './index.ts'
import type { BackendLook, Plot, PlotSettings, PlottedPoint } from './plot.ts'
import { plottedPoint } from './plotted-point.ts'
import { renderPng, renderSvg } from './render.ts'
import { defaultSettings } from './settings.ts'
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

export async function writePlotsOf(
  points: readonly PlottedPoint[],
  outDir: string,
  settings: PlotSettings = defaultSettings,
): Promise<string[]> {
  const written: string[] = []
  for (const plot of Object.values(plots)) {
    written.push(...(await writePlot(plot, points, join(outDir, 'plots', plot.directory), settings)))
  }
  return written
}

/** The figures of one plot, straight into `directory`. Two of one name: the second gets a number. */
export async function writePlot(
  plot: Plot,
  points: readonly PlottedPoint[],
  directory: string,
  settings: PlotSettings = defaultSettings,
): Promise<string[]> {
  const used = new Map<string, number>()
  const figures = plot.draw({ points, theme: lightTheme, looks: backendLooks }, settings).map(({ group, spec }) => {
    const times = (used.get(group) ?? 0) + 1
    used.set(group, times)
    const stem = shortStem(group)
    return { base: join(directory, times === 1 ? stem : `${stem}-${times}`), spec }
  })
  const written: string[] = []
  for (let first = 0; first < figures.length; first += atOnce) {
    const paths = await Promise.all(
      figures.slice(first, first + atOnce).map(async ({ base, spec }) => {
        const svg = await renderSvg(spec)
        await writeSealed(`${base}.svg`, svg)
        await writeSealed(`${base}.png`, await renderPng(svg))
        return [`${base}.svg`, `${base}.png`]
      }),
    )
    written.push(...paths.flat())
  }
  return written
}

/** PNGs are drawn in threads of their own; more than these wait. */
const atOnce = 4

/** File systems take 255 bytes: a longer name is cut, and a hash of the whole keeps it distinct. */
function shortStem(group: string): string {
  if (Buffer.byteLength(group) <= 200) return group
  return `${group.slice(0, 45).toWellFormed()}-${createHash('sha256').update(group).digest('hex').slice(0, 8)}`
}
