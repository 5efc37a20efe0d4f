import { createHash } from 'node:crypto'
import { mkdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { ResultFile } from '../result/schema.ts'
import { writeSealed } from '../result/sealed-file.ts'
import { formatDuration, formatTime, plural } from './format.ts'
import { compareSeries } from './html/best.ts'
import { accuracySection } from './html/accuracy-section.ts'
import { bestSection } from './html/best-section.ts'
import { comparisonSection, type ReportComparison } from './html/comparison-section.ts'
import { curvesSection } from './html/curves-section.ts'
import { definitionPopovers, definitionSection } from './html/definitions.ts'
import {
  againSection,
  environmentSection,
  runsSection,
  serverSection,
  thresholdSection,
} from './html/facts-sections.ts'
import { html, Html } from './html/html-text.ts'
import { embeddedJson, pageData } from './html/page-data.ts'
import { pageScript, pageStyle } from './html/page-script.ts'
import { pointsSection } from './html/points-section.ts'
import { figuresOf } from './html/report-figures.ts'
import { arrange } from './html/series.ts'
import { verdictSection } from './html/verdict-section.ts'

export interface ReportFacts {
  /** What was typed, a line for each run that the results are of. */
  readonly commands: readonly string[]
  readonly started: Date
  readonly ended: Date
  readonly runId: string
  readonly environment: Readonly<Record<string, unknown>>
  /** Absent: none was asked for. */
  readonly compared?: ReportComparison | null
  /** The folder a result was read from, to tell apart what nothing else does. Absent: all are of one run. */
  readonly folderOf?: (result: ResultFile) => string | null
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
  const page = renderReport(results, facts)
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
export function renderReport(results: readonly ResultFile[], facts: ReportFacts): string {
  const arrangement = arrange(results, facts.folderOf ?? (() => null))
  const ordered = arrangement.placed.map(({ result }) => result)
  const names = arrangement.series.map(({ name }) => name)
  const compared = arrangement.works.map((name, work) => ({
    work,
    name,
    ...(compareSeries(
      arrangement.placed.filter((each) => each.work === work),
      names,
    ) ?? { tables: [], unequal: [] }),
  }))
  const unequal = compared.map((each) => each.unequal)
  const data = pageData(arrangement, unequal)
  const figures = figuresOf(ordered)
  const seconds = (facts.ended.getTime() - facts.started.getTime()) / 1000
  const title = [...new Set(results.map((result) => result.servemark.point.model))].join(', ')
  const caveats = [...new Set(results.flatMap((result) => result.servemark.server.caveat ?? []))]
  const [style, script] = [pageStyle(), pageScript()]
  const policy = `default-src 'none'; img-src data:; style-src '${hash(style)}'; script-src '${hash(script)}'; base-uri 'none'; form-action 'none'`
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${new Html(policy)}" />
        <link rel="icon" href="data:," />
        <title>${title} - servemark</title>
        ${new Html(`<style>${style}</style>`)}
      </head>
      <body>
        <header>
          <div>
            <p class="muted">servemark report</p>
            <h1>${title}</h1>
            <p class="muted">
              ${plural(results.length, 'point')}${names.length > 1 ? ` of ${names.length} servers` : ''},
              ${formatTime(facts.started)}, ${seconds > 0 ? `took ${formatDuration(seconds)}, ` : ''}run ${facts.runId}
            </p>
            ${caveats.map((caveat) => html`<p><strong>${caveat}</strong></p>`)}
          </div>
          <button type="button" id="theme" hidden>Dark</button>
        </header>
        <main>
          ${verdictSection(ordered, unequal.flat())} ${thresholdSection(ordered)}
          ${bestSection(
            compared.filter(({ tables }) => tables.length > 0),
            arrangement.series,
            data.figures,
            figures.map(({ metric }) => metric),
          )}
          ${comparisonSection(facts.compared ?? null)} ${curvesSection(data)} ${pointsSection(data, figures)}
          ${runsSection(ordered)} ${accuracySection(ordered)} ${againSection(facts.commands)} ${serverSection(ordered)}
          ${environmentSection(facts.environment)} ${definitionSection(figures)}
        </main>
        ${definitionPopovers(figures)}
        <dialog id="story" aria-labelledby="story-title"></dialog>
        <div id="hint" role="tooltip" hidden></div>
        ${new Html(`<script type="application/json" id="data">${embeddedJson(data)}</script>`)}
        ${new Html(`<script>${script}</script>`)}
      </body>
    </html> `.text
}

/** As a content security policy names an inline element. */
const hash = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`
