import type { ComparedFigure, Comparison, ComparisonVerdict } from '../../metrics/comparison/compare.ts'
import { comparedCells, comparisonNames, comparisonNotes, comparisonTally } from '../comparison-text.ts'
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
  const cautions = comparison.points.flatMap((point, i) => point.cautions.map((text) => `${names[i]}: ${text}`))
  return html`<section class="wide" aria-labelledby="changes">
    <h2 id="changes">What changed from ${before} to ${after}</h2>
    <p>${comparisonTally(comparison)}</p>
    ${cautions.map((text) => html`<p class="unequal"><span class="mark suspect">≠</span> ${text}</p>`)}
    ${
      rows.length === 0
        ? null
        : html`<div class="card scroll" tabindex="0" role="region" aria-label="Changes">
            <table class="changes">
              <thead>
                <tr>
                  ${['Verdict', 'Point', 'Figure', 'Before', 'After', 'Change (95 %)'].map((each, i) => html`<th scope="col" class="${i < 3 ? 'left' : ''}">${each}</th>`)}
                  <th scope="col" aria-label="Change as a picture"></th>
                </tr>
              </thead>
              <tbody>
                ${rows.map(({ figure, name }) => changeRow(figure, name))}
              </tbody>
            </table>
          </div>`
    }
    ${comparisonNotes(comparison).map((line) => html`<p class="muted">${line}</p>`)}
  </section>`
}

const order: readonly ComparisonVerdict[] = ['worse', 'better', 'cannot tell', 'same']
const tones = { worse: 'invalid', better: 'valid', same: '', 'cannot tell': 'suspect' } as const

function changeRow(figure: ComparedFigure, point: string): Html {
  const [name = '', before = '', after = '', change = '', verdict = ''] = comparedCells(figure)
  return html`<tr>
    <th scope="row" class="mark ${tones[figure.verdict]}">${verdict}</th>
    <td class="left">${point}</td>
    <td class="left">${name}</td>
    <td>${before}</td>
    <td>${after}</td>
    <td>${change}</td>
    <td>${intervalPicture(figure)}</td>
  </tr>`
}

/** Half the width of the picture, as a share of change; beyond it the bar ends at the edge. */
const reach = 0.5

function intervalPicture({ change, verdict }: ComparedFigure): Html | null {
  if (change.kind === 'unknown') return null
  const x = (share: number) => Number((60 + 56 * Math.max(-1, Math.min(1, share / reach))).toFixed(1))
  return html`<svg class="change ${tones[verdict]}" viewBox="0 0 120 16" aria-hidden="true">
    <path class="zero" d="M60 0V16"></path>
    <path class="range" d="M${x(change.low)} 8H${x(change.high)}"></path>
    <circle cx="${x(change.change)}" cy="8" r="3.5"></circle>
  </svg>`
}
