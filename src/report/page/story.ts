import type { PageData, PagePoint } from './data.ts'
import { element, shape } from './elements.ts'
import { intervalText, valueText } from './figure-text.ts'
import { markPath } from './mark-path.ts'

export const statusMarks = { valid: '✓', suspect: '~', invalid: '✗' } as const

/** `engine-a, 8 clients, run 2` */
export function pointTitle(data: PageData, point: PagePoint): string {
  const series = data.series[point.series]?.name ?? ''
  return [series, point.load.long, ...(point.run === null ? [] : [`run ${point.run}`])].join(', ')
}

/** The marker of a series beside its name. */
export function seriesKey(data: PageData, series: number): SVGElement {
  const { shape: outline = 'circle', color = 'currentColor' } = data.series[series] ?? {}
  return shape(
    'svg',
    { class: 'key', viewBox: '-7 -7 14 14', 'aria-hidden': 'true' },
    shape('path', { d: markPath(outline, 5), fill: color }),
  )
}

export function verdictLine(point: PagePoint): HTMLElement {
  return element('span', { class: `mark ${point.status}` }, `${statusMarks[point.status]} ${point.status}`)
}

/** What is said against a point, or worth knowing of it; the same words of several figures once. */
export function reasonList(point: PagePoint): HTMLElement | null {
  const byText = Map.groupBy(point.reasons, ({ text }) => text)
  const items = [...byText].map(([text, reasons]) => {
    const touches = [...new Set(reasons.map((reason) => reason.touches))].join(', ')
    const status = reasons.some((reason) => reason.status === 'invalid') ? 'invalid' : (reasons[0]?.status ?? 'suspect')
    return element(
      'li',
      { class: status },
      element('span', { class: 'mark' }, statusMarks[status]),
      ` ${text} `,
      element('span', { class: 'muted' }, `Touches ${touches}.`),
    )
  })
  const marks = point.marks.map((text) =>
    element('li', { class: 'suspect' }, element('span', { class: 'mark' }, '≠'), ` ${text}`),
  )
  const thresholds = point.thresholds.map(({ met, text }) =>
    element(
      'li',
      { class: met ? 'valid' : 'invalid' },
      element('span', { class: 'mark' }, met ? '✓ met' : '✗ missed'),
      ` ${text}`,
    ),
  )
  const failures =
    point.failures === ''
      ? []
      : [element('li', { class: 'invalid' }, element('span', { class: 'mark' }, '✗'), ` failed: ${point.failures}`)]
  const all = [...items, ...failures, ...marks, ...thresholds]
  return all.length === 0 ? null : element('ul', { class: 'list' }, ...all)
}

/** Figures with their intervals. `keys`: only these. */
export function figureTable(data: PageData, point: PagePoint, keys: ReadonlySet<string> | null): HTMLElement {
  const rows = data.figures.flatMap((figure, i) => {
    const value = point.values[i] ?? null
    if (value === null || (keys !== null && !keys.has(figure.key))) return []
    return [
      element(
        'tr',
        {},
        element('th', { scope: 'row', class: 'left' }, figure.name),
        element('td', {}, valueText(figure, value)),
        element('td', { class: 'left' }, figure.unit),
        element('td', { class: 'muted' }, intervalText(figure, value)),
      ),
    ]
  })
  return element('table', { class: 'figures' }, element('tbody', {}, ...rows))
}
