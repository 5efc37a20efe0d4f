import type { ComparedFigure, Comparison, ComparisonVerdict } from '../../metrics/comparison/compare.ts'
import { comparedCells, comparisonNames, comparisonNotes, comparisonTally } from '../comparison-text.ts'
import { formatCount } from '../format.ts'
import { html, type Html } from './html-text.ts'

/** What the report's results are compared with. */
export interface ReportComparison {
  /** Names of the two sides, as the user gave them. */
  readonly before: string
  readonly after: string
  readonly comparison: Comparison
}

/** Each figure that both sides have, with its change and what may be said of it; changes first. */
export function comparisonSection(compared: ReportComparison | null): Html | null {
  if (compared === null) return null
  const { before, after, comparison } = compared
  const names = comparisonNames(comparison)
  const rows = comparison.points
    .flatMap((point, i) => point.figures.map((figure) => ({ figure, name: names[i] ?? '' })))
    .toSorted((a, b) => order.indexOf(a.figure.verdict) - order.indexOf(b.figure.verdict))
  const changed = rows.filter(({ figure }) => figure.verdict === 'worse' || figure.verdict === 'better')
  const others = rows.filter((row) => !changed.includes(row))
  const cautions = comparison.points.flatMap((point, i) => point.cautions.map((text) => `${names[i]}: ${text}`))
  return html`<section class="wide" aria-labelledby="changes">
    <h2 id="changes">What changed from ${before} to ${after}</h2>
    <p>${comparisonTally(comparison)}</p>
    ${cautions.map((text) => html`<p class="unequal"><span class="mark suspect">≠</span> ${text}</p>`)}
    ${changed.length === 0 ? null : changeTable(changed)}
    ${
      others.length === 0
        ? null
        : html`<details>
            <summary>
              ${formatCount(others.length)} figures that are the same, or of which no change can be told
            </summary>
            ${changeTable(others)}
          </details>`
    }
    ${comparisonNotes(comparison).map((line) => html`<p class="muted">${line}</p>`)}
  </section>`
}

interface Row {
  readonly figure: ComparedFigure
  readonly name: string
}

function changeTable(rows: readonly Row[]): Html {
  const reach = reachOf(rows)
  const heads = ['Verdict', 'Point', 'Figure', 'Before', 'After', 'Change (95 %)']
  return html`<div class="card scroll" tabindex="0" role="region" aria-label="Changes">
    <table class="changes">
      <thead>
        <tr>
          ${heads.map((each, i) => html`<th scope="col" class="${i < 3 ? 'left' : ''}">${each}</th>`)}
          <th scope="col" aria-label="Change as a picture"></th>
        </tr>
      </thead>
      <tbody>
        ${rows.map(({ figure, name }) => changeRow(figure, name, reach))}
      </tbody>
    </table>
  </div>`
}

const order: readonly ComparisonVerdict[] = ['worse', 'better', 'cannot tell', 'same']
const tones = { worse: 'invalid', better: 'valid', same: '', 'cannot tell': 'suspect' } as const

function changeRow(figure: ComparedFigure, point: string, reach: number): Html {
  const [name = '', before = '', after = '', change = '', verdict = ''] = comparedCells(figure)
  return html`<tr>
    <th scope="row" class="mark ${tones[figure.verdict]}">${verdict}</th>
    <td class="left">${point}</td>
    <td class="left">${name}</td>
    <td>${before}</td>
    <td>${after}</td>
    <td>${change}</td>
    <td>${intervalPicture(figure, reach)}</td>
  </tr>`
}

/** `reach`: the change at the edge of the picture, as a share; beyond it a bar ends there. */
function intervalPicture({ change, verdict }: ComparedFigure, reach: number): Html | null {
  if (change.kind === 'unknown') return null
  const x = (share: number) => Number((60 + 54 * Math.max(-1, Math.min(1, share / reach))).toFixed(1))
  return html`<svg class="change ${tones[verdict]}" viewBox="0 0 120 16" aria-hidden="true">
    <path class="zero" d="M60 0V16"></path>
    <path class="range" d="M${x(change.low)} 8H${x(change.high)}"></path>
    <circle cx="${x(change.change)}" cy="8" r="3.5"></circle>
  </svg>`
}

/** All pictures of a table have one scale: 10 % to 100 %, as the widest interval needs. */
function reachOf(rows: readonly Row[]): number {
  const ends = rows.flatMap(({ figure: { change } }) =>
    change.kind === 'known' ? [Math.abs(change.low), Math.abs(change.high)] : [],
  )
  return Math.min(1, Math.max(0.1, ...ends))
}
