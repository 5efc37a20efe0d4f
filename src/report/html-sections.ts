import { metrics } from '../metrics/index.ts'
import type { Show } from '../metrics/metric.ts'
import type { ResultFile } from '../result/schema.ts'
import { shellQuote } from '../shell-quote.ts'
import { reportColumns } from './columns.ts'
import { findingsOf, shareOfWorst, worstStatus } from './findings.ts'
import { html, type Html } from './html-text.ts'
import { formatCount, formatNumber } from './format.ts'
import { pointNames } from './point-names.ts'
import { describeFailures, verdictMarks } from './table-row.ts'

/** The worst verdict in large, and everything said against the points, thresholds and failures included. */
export function verdictSection(results: readonly ResultFile[]): Html {
  const status = worstStatus(results)
  const meaning = {
    valid: 'Nothing was found against these numbers.',
    suspect: 'Something is not proven, or not as planned: read the reasons before you quote a number.',
    invalid: 'Do not use the points named here: what was measured is not what was meant.',
  }[status]
  const findings = findingsOf(results).map(
    (finding) =>
      html`<li class="${finding.status}">
        <span class="mark">${verdictMarks[finding.status]} ${finding.status}</span> ${finding.where}: ${finding.text}
        <span class="muted">(${finding.families.join(', ')})</span>
      </li>`,
  )
  return html`<section class="verdict ${status}" aria-labelledby="verdict">
    <h2 id="verdict">${verdictMarks[status]} ${capital(status)}: ${shareOfWorst(results)}</h2>
    <p>${meaning}</p>
    ${
      findings.length === 0
        ? null
        : html`<ul class="list">
            ${findings}
          </ul>`
    }
  </section>`
}

export function thresholdSection(results: readonly ResultFile[]): Html | null {
  const names = pointNames(results)
  const rows = results.flatMap((result, i) =>
    result.servemark.thresholds.map((threshold) => {
      const met = threshold.status === 'passed'
      return html`<li class="${met ? 'valid' : 'invalid'}">
        <span class="mark">${met ? '✓ met' : '✗ missed'}</span> ${names[i] ?? ''}: ${threshold.text}
      </li>`
    }),
  )
  return rows.length === 0
    ? null
    : html`<h2>Thresholds</h2>
        <ul class="list">
          ${rows}
        </ul>`
}

/** A table for each server configuration and prompt and output length, its points by clients. */
export function pointSection(results: readonly ResultFile[]): Html {
  const groups = Map.groupBy(results, ({ servemark: { point } }) =>
    [point.bench, point.result_label, point.configuration, point.model, point.prompt_tokens, point.output_tokens].join(
      '\n',
    ),
  )
  return html`<h2>Points</h2>
    ${[...groups.values()].map(pointTable)}`
}

function pointTable(results: readonly ResultFile[]): Html {
  const ordered = results.toSorted((a, b) => a.servemark.point.load_words.order - b.servemark.point.load_words.order)
  const first = ordered[0]?.servemark
  if (first === undefined) return html``
  const { point, server } = first
  const label = point.result_label === server.backend ? '' : ` (${point.result_label})`
  const title = `${point.bench}: ${point.configuration}${label}`
  const failures = ordered.flatMap((result) => {
    const text = describeFailures(result)
    return text === '' ? [] : [html`<p class="muted">${result.servemark.point.load_words.name}: ${text}</p>`]
  })
  return html`<h3>${title}</h3>
    <p class="muted">
      ${point.model}, prompt ${formatCount(point.prompt_tokens)} tokens, output ${formatCount(point.output_tokens)}
      tokens ${point.stream ? null : ', not streamed'}
    </p>
    <div class="card scroll" tabindex="0" role="region" aria-label="Points of ${title}">
      <table>
        <thead>
          <tr>
            <th scope="col">verdict</th>
            ${reportColumns.map(({ head: [name, unit] }) => html`<th scope="col">${name}<small>${unit}</small></th>`)}
          </tr>
        </thead>
        <tbody>
          ${ordered.map(pointRow)}
        </tbody>
      </table>
    </div>
    ${failures}`
}

function pointRow(result: ResultFile): Html {
  const { status } = result.servemark.verdict
  const cells = reportColumns.map((column) => html`<td>${column.cell(result)}</td>`)
  return html`<tr>
    <th scope="row" class="mark ${status}">${verdictMarks[status]} ${status}</th>
    ${cells}
  </tr>`
}

/** What the columns mean, in the words of the metrics' declarations. */
export function definitionSection(): Html {
  const shown = new Set(reportColumns.flatMap((column) => column.metric ?? []))
  const entries = metrics
    .filter((metric) => shown.has(metric.id))
    .map(
      ({ id, name, unit, formula, show }) =>
        html`<dt>${abbreviated(name, show)}</dt>
          <dd>${capital(formula)}. In ${unit}; <code>${id}</code> in the result files.</dd>`,
    )
  return html`<h2>What the columns mean</h2>
    <dl>
      ${entries}
      <dt>Percentiles</dt>
      <dd>
        p50 and p99 over the requests (ITL: the gaps) that ended ok, linear interpolation. If requests failed they count
        as endless, and “&gt; x” says that the percentile falls among them. “-” is undefined, as TTFT is without
        streaming.
      </dd>
      <dt>Verdict</dt>
      <dd>
        valid: nothing found against the numbers. suspect: something is not proven or differs from the plan. invalid:
        not to be used. A point takes the worst verdict of its parts.
      </dd>
    </dl>`
}

/** `Time to first token (TTFT)` where its column has another name. */
function abbreviated(name: string, { table }: Show): string {
  return table !== undefined && table === table.toUpperCase() ? `${name} (${table})` : name
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** How each server was started or reached, and what it said of itself. */
export function serverSection(results: readonly ResultFile[]): Html {
  const servers = Map.groupBy(results, ({ servemark: { server } }) =>
    [server.backend, server.label, server.endpoint, ...(server.argv ?? [])].join('\n'),
  )
  const parts = [...servers.values()].flatMap(([first]) => {
    if (first === undefined) return []
    const { server } = first.servemark
    const startup = Object.entries(server.startup ?? {}).flatMap(([name, seconds]) =>
      seconds === null ? [] : [`${name.replace(/_s$/, '').replaceAll('_', ' ')} after ${seconds.toPrecision(3)} s`],
    )
    return [
      html`<h3>${server.backend_label}: ${server.label}</h3>
        ${server.caveat === null ? null : html`<p>${server.caveat}</p>`}
        ${server.argv === null ? html`<p>Endpoint <code>${server.endpoint}</code></p>` : html`<pre>${commandLine(server.argv)}</pre>`}
        ${startup.length === 0 ? null : html`<p class="muted">${startup.join(', ')}</p>`}
        <details>
          <summary>What the server says of itself</summary>
          ${factList(server.identity)}
        </details>`,
    ]
  })
  const notes = [...new Set(results.flatMap((result) => result.servemark.notes))]
  return html`<h2>Servers</h2>
    ${parts}${notes.map((note) => html`<p class="muted">${note}</p>`)}`
}

export function environmentSection(environment: Readonly<Record<string, unknown>>): Html | null {
  return Object.keys(environment).length === 0
    ? null
    : html`<h2>Environment</h2>
        ${factList(environment)}`
}

function factList(facts: Readonly<Record<string, unknown>>): Html {
  const entries = Object.entries(facts).flatMap(([name, value]) => {
    const bytes = name.endsWith('_bytes') && typeof value === 'number'
    const text = bytes ? `${formatNumber(value / 2 ** 30)} GiB` : factText(value)
    return text === ''
      ? []
      : [
          html`<dt>${name.replace(/_bytes$/, '').replaceAll('_', ' ')}</dt>
            <dd>${text}</dd>`,
        ]
  })
  return html`<dl>${entries}</dl>`
}

function factText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(factText).join(', ')
  if (typeof value !== 'object') return typeof value === 'string' ? value : JSON.stringify(value)
  const entries = Object.entries(value).map(([name, inner]) => [name, factText(inner)] as const)
  return entries.flatMap(([name, text]) => (text === '' ? [] : [`${name} ${text}`])).join(', ')
}

/** As one would type it: words with other characters than plain ones in single quotes. */
export function commandLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ')
}
