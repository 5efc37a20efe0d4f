import type { Metric } from '../../metrics/metric.ts'
import { html, type Html } from './html-text.ts'
import type { ReportFigure } from './report-figures.ts'

export const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** Opens the definition of a metric, where its figure stands. Works without a script too, by keyboard and pointer. */
export function definitionButton(metric: string, name: string): Html {
  return html`<button class="what" type="button" popovertarget="what-${metric}" aria-label="What is ${name}?">
    ?
  </button>`
}

/** The definitions that the buttons open, in the words of the metrics' declarations. */
export function definitionPopovers(figures: readonly ReportFigure[]): Html {
  const popovers = metricsOf(figures).map(
    (metric) =>
      html`<div popover class="definition" id="what-${metric.id}">
        <p><b>${heading(metric)}</b></p>
        ${words(metric)}
      </div>`,
  )
  return html`${popovers}`
}

/** The same as a list, for print and for reading through. */
export function definitionSection(figures: readonly ReportFigure[]): Html {
  return html`<h2 id="definitions">What the figures mean</h2>
    <dl>
      ${metricsOf(figures).map(
        (metric) =>
          html`<dt>${heading(metric)}</dt>
            <dd>${words(metric)}</dd>`,
      )}
      <dt>Percentiles</dt>
      <dd>
        p50 and p99 over the requests (ITL: the gaps) that ended ok, linear interpolation. If requests failed they count
        as endless, and “&gt; x” says that the percentile falls among them. “-” is undefined, as TTFT is without
        streaming.
      </dd>
      <dt>Intervals</dt>
      <dd>
        They hold the true value in 95 % of cases. An interval that is open on a side has too few values there to bound
        it.
      </dd>
      <dt>Best</dt>
      <dd>
        Surely better than each of the others at that load, for all comparisons of the page at once; else there is no
        clear winner. Invalid points take no part, nor do figures that depend on the work where the counted lengths
        differ by over 2 %.
      </dd>
      <dt>Verdict</dt>
      <dd>
        valid: nothing found against the numbers. suspect: something is not proven or differs from the plan. invalid:
        not to be used. A point takes the worst verdict of its parts.
      </dd>
    </dl>`
}

const metricsOf = (figures: readonly ReportFigure[]) => [...new Set(figures.map(({ metric }) => metric))]

/** `Time to first token (TTFT)` where its column has another name. */
function heading({ name, show: { table } }: Metric): string {
  return table !== undefined && table === table.toUpperCase() ? `${name} (${table})` : name
}

function words({ id, formula, better, show }: Metric): Html {
  const side = better === null ? '' : better === 'higher' ? ' More is better.' : ' Less is better.'
  return html`${capital(formula)}. In ${show.unit}.${side} <code>${id}</code> in the result files.`
}
