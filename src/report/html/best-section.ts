import type { Metric } from '../../metrics/metric.ts'
import type { VerdictStatus } from '../../result/schema.ts'
import type { PageFigure, PageSeries } from '../page/data.ts'
import { numberText, noValue } from '../page/figure-text.ts'
import { verdictMarks } from '../table-row.ts'
import { judgementRuns, loadRange, type BestCell, type BestTable, type Judgement, type UnequalWork } from './best.ts'
import { definitionButton } from './definitions.ts'
import { html, type Html } from './html-text.ts'
import { seriesMark } from './series-mark.ts'

/** What stands side by side of one work. */
export interface SideBySide {
  /** Position in the page's works. */
  readonly work: number
  readonly name: string
  readonly tables: readonly BestTable[]
  readonly unequal: readonly UnequalWork[]
}

/** For each work and figure: who is best at which load, in words and side by side. Null: nothing to compare. */
export function bestSection(
  works: readonly SideBySide[],
  series: readonly PageSeries[],
  figures: readonly PageFigure[],
  metrics: readonly Metric[],
): Html | null {
  if (works.length === 0) return null
  const [only] = works
  return html`<section aria-labelledby="best">
    <h2 id="best">Which is best at which load?</h2>
    ${
      works.length === 1 && only !== undefined
        ? html`<p class="muted">${only.name}</p>
            ${sideBySide(only, series, figures, metrics)}`
        : works.map(
            (work, i) =>
              html`<details ${i === 0 ? html`open` : null}>
                <summary>${work.name}</summary>
                ${sideBySide(work, series, figures, metrics)}
              </details>`,
          )
    }
    <p class="muted">${legend(works)}</p>
  </section>`
}

function sideBySide(
  work: SideBySide,
  series: readonly PageSeries[],
  figures: readonly PageFigure[],
  metrics: readonly Metric[],
): Html {
  return html`${work.unequal.map(({ text }) => html`<p class="unequal"><span class="mark suspect">≠</span> ${text}</p>`)}
    <div class="cards">${work.tables.map((table) => card(table, work, series, figures, metrics))}</div>`
}

function legend(works: readonly SideBySide[]): string {
  const rows = works.flatMap(({ tables }) => tables.flatMap((table) => table.rows))
  const kinds = new Set(rows.map(({ judgement }) => judgement.kind))
  const statuses = new Set(rows.flatMap(({ cells }) => cells.flatMap((cell) => cell?.status ?? [])))
  const parts = [
    ...(kinds.has('best') ? ['★ surely the best at that load'] : []),
    ...(kinds.has('tie') ? ['= no clear winner among these: the intervals do not part them'] : []),
    ...(kinds.has('unequal') ? ['≠ unequal work: not compared'] : []),
    ...(statuses.has('suspect') ? ['~ suspect'] : []),
    ...(statuses.has('invalid') ? ['✗ struck out: invalid, not used'] : []),
  ]
  return parts.length === 0 ? '' : `${parts.join('; ')}.`
}

function card(
  table: BestTable,
  { work }: SideBySide,
  series: readonly PageSeries[],
  figures: readonly PageFigure[],
  metrics: readonly Metric[],
): Html {
  const { figure: declared, rows } = table
  const figure = figures.find(({ key }) => key === declared.name)
  const metric = metrics.find(({ id }) => id === declared.metric)
  if (figure === undefined || metric === undefined) return html``
  const measured = series.flatMap((each, i) =>
    rows.some(({ cells }) => cells[i] != null) ? [{ ...each, place: i }] : [],
  )
  const id = `best-${work}-${declared.name.replaceAll(/\W/g, '-')}`
  return html`<article class="card" aria-labelledby="${id}">
    <h4 id="${id}">
      ${figure.name}, ${figure.unit} ${definitionButton(metric.id, metric.name)}
      <small>${declared.better === 'higher' ? 'more is better' : 'less is better'}</small>
    </h4>
    <ul class="winners">
      ${judgementRuns(table).map(({ judgement, loads }) => {
        const where = loadRange(loads, rows.length)
        return html`<li>
          ${winner(judgement, series)}
          <span class="muted">${where === 'every load' ? 'at every load' : `at ${where}`}</span>
        </li>`
      })}
    </ul>
    <div class="scroll" tabindex="0" role="region" aria-label="${figure.name} side by side">
      <table class="side">
        <thead>
          <tr>
            <th scope="col">${rows.every(({ load }) => load.closed) ? 'clients' : 'load'}</th>
            ${measured.map((each) => html`<th scope="col">${seriesMark(each)} ${each.name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ load, cells, judgement }) =>
              html`<tr>
                <th scope="row">${load.short}</th>
                ${measured.map(({ place }) => bestCell(cells[place] ?? null, place, judgement, figure))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
  </article>`
}

/** More that are tied are counted; the table marks them. */
const mostNamed = 3

function winner(judgement: Judgement, series: readonly PageSeries[]): Html {
  const named = (i: number) => {
    const each = series[i]
    return each === undefined ? html`` : html`<span class="name">${seriesMark(each)} <b>${each.name}</b></span>`
  }
  switch (judgement.kind) {
    case 'best':
      return html`★ ${named(judgement.series)}`
    case 'tie':
      return judgement.among.length > mostNamed
        ? html`= no clear winner among ${judgement.among.length}`
        : html`= no clear winner: ${judgement.among.map((each, i) => html`${i === 0 ? '' : ', '}${named(each)}`)}`
    case 'unequal':
      return html`≠ not compared: unequal work`
    case 'alone':
      return judgement.series === null ? html`✗ none may be used` : html`only ${named(judgement.series)} may be used`
  }
}

function bestCell(cell: BestCell | null, place: number, judgement: Judgement, figure: PageFigure): Html {
  if (cell === null) return html`<td class="muted">${noValue}</td>`
  const text = cell.value === null ? noValue : numberText(figure, cell.value)
  const best = judgement.kind === 'best' && judgement.series === place
  const tied = judgement.kind === 'tie' && judgement.among.includes(place)
  const sign = best ? '★' : tied ? '=' : judgement.kind === 'unequal' && cell.status !== 'invalid' ? '≠' : ''
  const words = best ? 'best' : tied ? 'no clear winner' : sign === '' ? '' : 'unequal work'
  return html`<td class="${best ? 'best' : ''} ${cell.status}">
    ${sign === '' ? null : html`<span class="sign" title="${words}">${sign}</span> `}${cell.status === 'invalid' ? html`<s>${text}</s>` : text}${statusSign(cell.status)}
  </td>`
}

function statusSign(status: VerdictStatus): Html {
  return html`<span class="doubt" ${status === 'valid' ? null : html`title="${status}"`}
    >${status === 'valid' ? '' : verdictMarks[status]}</span
  >`
}
