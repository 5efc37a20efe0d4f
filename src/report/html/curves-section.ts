import type { PageData } from '../page/data.ts'
import { html, type Html } from './html-text.ts'
import { definitionButton } from './definitions.ts'

/** Where the page's script draws the curves; it shows what stands here. */
export function curvesSection({ charts, works, figures, points }: PageData): Html | null {
  if (charts.length === 0) return null
  const percentiles = ['p50', 'p90', 'p99'].filter((part) =>
    charts.some(({ y }) => y.some((key) => key.endsWith(part))),
  )
  const statuses = new Set(points.map(({ status }) => status))
  return html`<section aria-labelledby="curves">
    <h2 id="curves">Curves</h2>
    <noscript><p>The curves are drawn by this page's script; the folder plots holds them as pictures.</p></noscript>
    <form class="filters" id="curve-choice" aria-label="What the curves show" hidden>
      ${
        works.length < 2
          ? null
          : html`<label
              >Work
              <select name="work">
                ${works.map((name, i) => html`<option value="${i}">${name}</option>`)}
              </select></label
            >`
      }
      ${
        percentiles.length < 2
          ? null
          : html`<label
              >Percentile
              <select name="percentile">
                ${percentiles.map((part) => html`<option>${part}</option>`)}
              </select></label
            >`
      }
    </form>
    <div id="legend" class="legend"></div>
    <div class="charts">
      ${charts.map(({ id, title, y }) => {
        const figure = figures.find(({ key }) => key === y[0])
        return html`<figure class="card" data-chart="${id}">
          <figcaption>${title} ${figure === undefined ? null : definitionButton(figure.metric, title)}</figcaption>
        </figure>`
      })}
    </div>
    <p class="muted">
      Bars are 95 %
      intervals.${statuses.has('suspect') ? ' Hollow: suspect.' : ''}${statuses.has('invalid') ? ' Crossed out: invalid, not to be used; no line leads there.' : ''}
      ${points.some(({ marks }) => marks.length > 0) ? ' Ringed: unequal work, classic prompts or another thing to know; its story says which.' : ''}
      Point at a point for its story, click for its requests; by keyboard: Tab into a chart, arrow keys, Enter.
    </p>
  </section>`
}
