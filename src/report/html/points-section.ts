import { formatCount, plural } from '../format.ts'
import type { PageData, PageFigure, PagePoint, PageValue } from '../page/data.ts'
import { valueText } from '../page/figure-text.ts'
import { verdictMarks } from '../table-row.ts'
import { definitionButton } from './definitions.ts'
import { html, type Html } from './html-text.ts'
import type { ReportFigure } from './report-figures.ts'
import { seriesMark } from './series-mark.ts'

/** How a point ended, for people who look for trouble. */
const statuses = {
  ok: 'all requests ok',
  failed: 'with failed requests',
  missed: 'threshold missed',
} as const

/** Every point in one table; the page's script sorts and filters it. */
export function pointsSection(data: PageData, figures: readonly ReportFigure[]): Html {
  const columns = figures.flatMap((figure, i) => {
    const shown = data.figures[i]
    return figure.column && shown !== undefined ? [{ figure, shown, i }] : []
  })
  const closed = data.points.every(({ load }) => load.closed)
  return html`<section class="wide" aria-labelledby="points">
    <h2 id="points">Points</h2>
    ${filters(data)}
    <div class="card scroll" tabindex="0" role="region" aria-label="All points">
      <table id="point-table">
        <thead>
          <tr>
            ${head('Verdict')} ${data.series.length > 1 ? head('Server') : null}
            ${data.works.length > 1 ? head('Work') : null} ${head('Load', closed ? 'clients' : '', null, 'number')}
            ${columns.map(({ figure, shown }) => head(figure.head, [figure.part, shown.unit].filter(Boolean).join(', '), figure, 'number'))}
            ${head('ok', '', null, 'number')} ${head('failed', '', null, 'number')}
          </tr>
        </thead>
        <tbody>
          ${data.points.map((point, i) => row(point, i, data, columns))}
        </tbody>
      </table>
    </div>
    <p class="muted">
      A click on a row, or Enter on its load, opens the point's story and its requests. ? says what a column is.
    </p>
  </section>`
}

interface ShownColumn {
  readonly figure: ReportFigure
  readonly shown: PageFigure
  /** Position among the point's values. */
  readonly i: number
}

function row(point: PagePoint, i: number, { series, works }: PageData, columns: readonly ShownColumn[]): Html {
  const own = series[point.series]
  return html`<tr
    data-point="${i}"
    data-series="${point.series}"
    data-verdict="${point.status}"
    data-status="${statusOf(point)}"
  >
    <th scope="row" class="mark ${point.status}" data-sort="${order[point.status]}">
      ${verdictMarks[point.status]} ${point.status}
    </th>
    ${series.length > 1 && own !== undefined ? html`<td class="left">${seriesMark(own)} ${own.name}</td>` : null}
    ${works.length > 1 ? html`<td class="left">${works[point.work] ?? ''}</td>` : null}
    <td data-sort="${point.load.order}">
      <button class="open" type="button" aria-label="${point.load.long}: story and requests">${loadText(point)}</button>
    </td>
    ${columns.map(({ shown, i }) => numberCell(shown, point.values[i] ?? null))}
    <td data-sort="${point.ok}">${formatCount(point.ok)}</td>
    <td data-sort="${point.failed}" class="${point.failed > 0 ? 'bad' : ''}">${formatCount(point.failed)}</td>
  </tr> `
}

const order = { valid: 0, suspect: 1, invalid: 2 } as const

const loadText = ({ load, run }: PagePoint) => (run === null ? load.short : `${load.short} (run ${run})`)

function statusOf({ failed, thresholds }: PagePoint): string {
  const missed = thresholds.some(({ met }) => !met)
  return [failed > 0 ? 'failed' : 'ok', ...(missed ? ['missed'] : [])].join(' ')
}

function numberCell(figure: PageFigure, value: PageValue): Html {
  const number = value === null ? '' : 'above' in value ? value.above : value[0]
  return html`<td data-sort="${number}">${valueText(figure, value)}</td>`
}

function head(name: string, below = '', figure: ReportFigure | null = null, kind: 'text' | 'number' = 'text'): Html {
  return html`<th scope="col" class="${kind === 'text' ? 'left' : ''}">
    <button class="sort" type="button">${name}</button
    >${figure === null ? null : definitionButton(figure.metric.id, figure.metric.name)}<small>${below}</small>
  </th>`
}

function filters({ series, points }: PageData): Html {
  const missed = points.some(({ thresholds }) => thresholds.some(({ met }) => !met))
  const choices = Object.entries(statuses).filter(([id]) => id !== 'missed' || missed)
  return html`<form class="filters" id="filters" role="search" aria-label="Filter the points" hidden>
    <label>Find <input type="search" name="text" placeholder="any text" autocomplete="off" /></label>
    ${
      series.length < 2
        ? null
        : html`<label
            >Server
            <select name="series">
              <option value="">all</option>
              ${series.map(({ name }, i) => html`<option value="${i}">${name}</option>`)}
            </select></label
          >`
    }
    <label
      >Verdict
      <select name="verdict">
        <option value="">all</option>
        <option>valid</option>
        <option>suspect</option>
        <option>invalid</option>
      </select></label
    >
    <label
      >Status
      <select name="status">
        <option value="">all</option>
        ${choices.map(([id, words]) => html`<option value="${id}">${words}</option>`)}
      </select></label
    >
    <button type="reset">Clear</button>
    <output>${plural(points.length, 'point')}</output>
  </form>`
}
