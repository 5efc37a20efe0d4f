import type { ResultFile } from '../../result/schema.ts'
import { shellQuote } from '../../shell-quote.ts'
import { formatNumber } from '../format.ts'
import { pointNames } from '../point-names.ts'
import { inUnit, repeatedPoints } from '../runs-text.ts'
import { replicaLines, startupWords } from '../server-words.ts'
import { html, type Html } from './html-text.ts'

export function thresholdSection(results: readonly ResultFile[]): Html | null {
  const names = pointNames(results)
  const rows = results
    .flatMap((result, i) => result.servemark.thresholds.map((each) => ({ ...each, name: names[i] ?? '' })))
    .toSorted((a, b) => Number(a.status === 'passed') - Number(b.status === 'passed'))
  return rows.length === 0
    ? null
    : html`<h2>Thresholds</h2>
        <ul class="list">
          ${rows.map(
            ({ status, name, text }) =>
              html`<li class="${status === 'passed' ? 'valid' : 'invalid'}">
                <span class="mark">${status === 'passed' ? '✓ met' : '✗ missed'}</span> ${name}: ${text}
              </li>`,
          )}
        </ul>`
}

/** Mean, spread and interval of the points that were run several times. */
export function runsSection(results: readonly ResultFile[]): Html | null {
  const points = repeatedPoints(results).filter(({ figures }) => figures.length > 0)
  return points.length === 0
    ? null
    : html`<h2>Over the runs</h2>
        <div class="card scroll" tabindex="0" role="region" aria-label="Over the runs">
          <table>
            <thead>
              <tr>
                ${['Point', 'Figure'].map((each) => html`<th scope="col" class="left">${each}</th>`)}
                ${['Runs', 'Mean', 'Standard deviation', '95 % interval'].map((each) => html`<th scope="col">${each}</th>`)}
              </tr>
            </thead>
            <tbody>
              ${points.flatMap(({ name, runs, figures }) =>
                figures.map(
                  ({ figure, found: { mean, spread, interval } }) =>
                    html`<tr>
                      <th scope="row" class="left">${name}</th>
                      <td class="left">${figure.name}</td>
                      <td>${runs}</td>
                      <td>${inUnit(figure, mean)}</td>
                      <td>${inUnit(figure, spread)}</td>
                      <td>${inUnit(figure, interval.low)} to ${inUnit(figure, interval.high)}</td>
                    </tr>`,
                ),
              )}
            </tbody>
          </table>
        </div>`
}

/** How each server was started or reached, and what it said of itself. */
export function serverSection(results: readonly ResultFile[]): Html {
  const servers = Map.groupBy(results, ({ servemark: { server, point } }) =>
    [server.backend, server.label, point.result_label, server.endpoint, ...(server.argv ?? [])].join('\n'),
  )
  const parts = [...servers.values()].flatMap((points) => {
    const [first] = points
    if (first === undefined) return []
    const { server, point } = first.servemark
    const startup = startupWords(server.startup)
    return [
      html`<h3>
          ${server.backend_label}:
          ${server.label}${point.result_label === server.backend ? '' : ` (${point.result_label})`}
        </h3>
        ${server.caveat === null ? null : html`<p>${server.caveat}</p>`}
        ${server.argv === null ? html`<p>Endpoint <code>${server.endpoint}</code></p>` : html`<pre>${commandLine(server.argv)}</pre>`}
        ${startup === '' ? null : html`<p class="muted">${startup}</p>`}
        ${replicaLines(points).map((line) => html`<p class="muted">${line}</p>`)}
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

/** The command of each run in a box, with a button that copies it. */
export function againSection(commands: readonly string[]): Html {
  return html`<h2 id="again">Run it again</h2>
    ${commands.map(
      (command) =>
        html`<div class="again">
          <pre tabindex="0">${command}</pre>
          <button type="button" class="copy" hidden>Copy</button>
          <span role="status"></span>
        </div>`,
    )}`
}

/** As one would type it: words with other characters than plain ones in single quotes. */
function commandLine(argv: readonly string[]): string {
  return argv.map(shellQuote).join(' ')
}
