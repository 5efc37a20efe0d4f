import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { plots } from '../plots/index.ts'
import { plottedPoint } from '../plots/plotted-point.ts'
import { renderSvg } from '../plots/render.ts'
import { pageTheme } from '../plots/theme.ts'
import { backendLooks } from '../plots/write-plots.ts'
import type { ResultFile } from '../result/schema.ts'
import { writeSealed } from '../result/sealed-file.ts'
import {
  definitionSection,
  environmentSection,
  pointSection,
  serverSection,
  thresholdSection,
  verdictSection,
} from './html-sections.ts'
import { style } from './html-style.ts'
import { html, Html } from './html-text.ts'
import { formatDuration, formatTime, plural } from './format.ts'

export interface ReportFacts {
  readonly command: string
  readonly started: Date
  readonly ended: Date
  readonly runId: string
  readonly environment: Readonly<Record<string, unknown>>
}

/**
 * Writes `<outDirectory>/report.html`, one file that needs no network, and returns its path. An earlier report moves
 * to `<outDirectory>/.old/<time>/`. Rejects with a UserError when it cannot be written.
 */
export async function writeReport(
  results: readonly ResultFile[],
  facts: ReportFacts & { readonly outDirectory: string },
  now: Date = new Date(),
): Promise<string> {
  const path = join(facts.outDirectory, 'report.html')
  const page = await renderReport(results, facts)
  await keepEarlier(path, facts.outDirectory, now)
  await writeSealed(path, page)
  return path
}

async function keepEarlier(path: string, outDirectory: string, now: Date): Promise<void> {
  const exists = await stat(path).then(
    () => true,
    () => false,
  )
  if (!exists) return
  const folder = join(outDirectory, '.old', now.toISOString().replaceAll(/[:.]/g, '-'))
  await mkdir(folder, { recursive: true })
  await rename(path, join(folder, 'report.html'))
}

/** The page as text. The same results and facts give the same text. */
export async function renderReport(results: readonly ResultFile[], facts: ReportFacts): Promise<string> {
  const figures = await figuresOf(results)
  const seconds = (facts.ended.getTime() - facts.started.getTime()) / 1000
  const models = [...new Set(results.map((result) => result.servemark.point.model))]
  const caveats = [...new Set(results.flatMap((result) => result.servemark.server.caveat ?? []))]
  const title = models.join(', ')
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title} - servemark</title>
        <style>
          ${new Html(style)}
        </style>
      </head>
      <body>
        <header>
          <p class="muted">servemark report</p>
          <h1>${title}</h1>
          <p class="muted">
            ${plural(results.length, 'point')}, ${formatTime(facts.started)}, took ${formatDuration(seconds)}, run
            ${facts.runId}
          </p>
          ${caveats.map((caveat) => html`<p><strong>${caveat}</strong></p>`)}
        </header>
        <main>
          ${verdictSection(results)} ${thresholdSection(results)}
          ${
            figures.length === 0
              ? null
              : html`<h2>Throughput and latency</h2>
                  ${figures}`
          }
          ${pointSection(results)} ${definitionSection()} ${serverSection(results)}
          ${environmentSection(facts.environment)}
          <h2>Run it again</h2>
          <pre>${facts.command}</pre>
        </main>
      </body>
    </html> `.text
}

async function figuresOf(results: readonly ResultFile[]): Promise<Html[]> {
  const input = { points: results.map(plottedPoint), theme: pageTheme, looks: backendLooks }
  const drawn = plots['th-lat'].draw(input)
  return Promise.all(
    drawn.map(async ({ title, spec }) => {
      const svg = inline(await renderSvg(spec))
      return html`<figure class="card scroll" tabindex="0" role="region" aria-label="${title}">
        ${new Html(svg)}
      </figure>`
    }),
  )
}

/** Inside a page an SVG needs no namespaces. */
const inline = (svg: string) => svg.replaceAll(/ (?:xmlns(?::xlink)?|version)="[^"]*"/g, '')
