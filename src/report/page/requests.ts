import type { PageData, PagePoint, PageRequests } from './data.ts'
import { byId, element, px, shape } from './elements.ts'
import { fixed, noValue } from './figure-text.ts'
import { scaleOf, tickText } from './scale.ts'
import { makeSortable } from './sortable.ts'
import { figureTable, pointTitle, reasonList, seriesKey, verdictLine } from './story.ts'

const measures = {
  e2e: { name: 'Latency', unit: 's', scale: 1e-3 },
  ttft: { name: 'TTFT', unit: 'ms', scale: 1 },
  tokens: { name: 'Output tokens', unit: 'tokens', scale: 1 },
} as const
type Measure = keyof typeof measures

/** Opens the dialog with the point's story, its requests as a picture, and as a table. Arrow buttons go to its neighbours. */
export function openStory(data: PageData, index: number): void {
  const point = data.points[index]
  if (point === undefined) return
  const dialog = byId('story') as HTMLDialogElement
  const step = (by: number, words: string) => {
    const button = element('button', { type: 'button', 'aria-label': `${words} point` }, by < 0 ? '‹' : '›')
    button.disabled = data.points[index + by] === undefined
    button.addEventListener('click', () => {
      openStory(data, index + by)
      const [again, close] = [`[aria-label="${words} point"]:enabled`, '#story-close']
      const next = dialog.querySelector<HTMLElement>(again) ?? dialog.querySelector<HTMLElement>(close)
      next?.focus()
    })
    return button
  }
  const close = element('button', { type: 'button', id: 'story-close', 'aria-label': 'Close' }, '✕')
  close.addEventListener('click', () => dialog.close())
  const work = data.works[point.work] ?? ''
  dialog.replaceChildren(
    element(
      'div',
      { class: 'story-head' },
      element('h2', { id: 'story-title' }, seriesKey(data, point.series), ` ${pointTitle(data, point)}`),
      step(-1, 'Previous'),
      step(1, 'Next'),
      close,
    ),
    element('p', {}, verdictLine(point), element('span', { class: 'muted' }, ` ${work}`)),
    ...[reasonList(point)].filter((list) => list !== null),
    element('h3', {}, 'Figures ', element('small', { class: 'muted' }, 'with 95 % intervals')),
    element(
      'div',
      { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Figures' },
      figureTable(data, point, null),
    ),
    ...requestParts(data, point),
  )
  if (!dialog.open) dialog.showModal()
  dialog.scrollTop = 0
}

function requestParts(data: PageData, point: PagePoint): HTMLElement[] {
  const { requests } = point
  const shown = requests.number.length
  const count = shown < requests.of ? `${shown} of ${requests.of.toLocaleString('en-US')}` : String(shown)
  const title = element('h3', {}, 'Requests ', element('small', { class: 'muted' }, count))
  if (shown === 0) return [title, element('p', { class: 'muted' }, 'The file holds none.')]
  const available = (Object.keys(measures) as Measure[]).filter((each) =>
    requests[each].some((value) => value !== null),
  )
  const choice = element('select', { name: 'measure' })
  for (const each of available) choice.append(element('option', { value: each }, measures[each].name))
  const picture = element('div', { class: 'requests-picture' })
  const draw = () => picture.replaceChildren(requestPicture(data, point, choice.value as Measure))
  choice.addEventListener('input', draw)
  if (available.length > 0) draw()
  return [
    title,
    ...(available.length > 0 ? [element('label', { class: 'filters' }, 'Show ', choice), picture] : []),
    ...(shown < requests.of ? [element('p', { class: 'muted' }, data.sampleRule)] : []),
    requestTable(requests),
  ]
}

function requestPicture(data: PageData, point: PagePoint, which: Measure): SVGElement {
  const width = Math.max(260, Math.min(680, innerWidth - 44))
  const [height, left, bottom, top, right] = [240, 58, 36, 24, 14]
  const { requests } = point
  const { name, unit, scale } = measures[which]
  const values = requests[which].map((value) => (value === null ? null : value * scale))
  const known = values.filter((value) => value !== null)
  const x = scaleOf(
    [...requests.sent.flatMap((sent) => (sent === null ? [] : [sent / 1000])), 0],
    left,
    width - right,
    6,
  )
  const y = scaleOf([...known, 0], height - bottom, top, 4)
  const color = data.series[point.series]?.color ?? 'currentColor'
  const marks = values.flatMap((value, i) => {
    const sent = requests.sent[i] ?? null
    if (sent === null) return []
    const ended = requests.ended[i]
    const [cx, cy] = [px(x.at(sent / 1000)), px(y.at(value ?? 0))]
    const words = `#${requests.number[i]}, sent at ${fixed(sent / 1000, 2)} s: ${value === null ? noValue : `${fixed(value, which === 'e2e' ? 3 : 1)} ${unit}`}${ended === undefined ? '' : `; ${ended}`}`
    const drawn =
      ended === undefined
        ? shape('circle', { cx, cy, r: 3.5, fill: color, 'fill-opacity': 0.75 })
        : shape('path', { class: 'cross', d: `M${cx - 4} ${cy - 4}l8 8m0 -8l-8 8` })
    drawn.append(shape('title', {}, words))
    return ended === undefined && value === null ? [] : [drawn]
  })
  const failed = Object.keys(requests.ended).length
  return shape(
    'svg',
    {
      class: 'chart',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `${name} of ${known.length} requests by when they were sent${failed > 0 ? `, ${failed} not ok` : ''}; the table below has the values`,
    },
    ...y.ticks.map((tick) => shape('path', { class: 'grid', d: `M${left} ${px(y.at(tick))}H${width - right}` })),
    ...y.ticks.map((tick) =>
      shape('text', { x: left - 8, y: px(y.at(tick)) + 4, 'text-anchor': 'end' }, tickText(tick)),
    ),
    ...x.ticks.map((tick) =>
      shape('text', { x: px(x.at(tick)), y: height - bottom + 18, 'text-anchor': 'middle' }, tickText(tick)),
    ),
    shape('text', { class: 'axis', x: 4, y: 12 }, unit === name.toLowerCase() ? name : `${name}, ${unit}`),
    shape('text', { class: 'axis', x: width - right, y: height - 4, 'text-anchor': 'end' }, 'sent at, s'),
    ...marks,
  )
}

function requestTable(requests: PageRequests): HTMLElement {
  const columns = ['Request', 'Sent, s', 'TTFT, ms', 'Latency, s', 'Tokens', 'Ended']
  const number = (value: number | null | undefined, scale: number, digits: number) =>
    element(
      'td',
      { 'data-sort': value == null ? '' : String(value) },
      value == null ? noValue : fixed(value * scale, digits),
    )
  const rows = requests.number.map((place, i) =>
    element(
      'tr',
      {},
      element('td', { 'data-sort': String(place) }, `#${place}`),
      number(requests.sent[i], 1e-3, 3),
      number(requests.ttft[i], 1, 1),
      number(requests.e2e[i], 1e-3, 3),
      number(requests.tokens[i], 1, 0),
      element('td', { class: `left ${requests.ended[i] === undefined ? '' : 'bad'}` }, requests.ended[i] ?? 'ok'),
    ),
  )
  const table = element(
    'table',
    { class: 'requests' },
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        ...columns.map((name, i) =>
          element(
            'th',
            { scope: 'col', class: i === columns.length - 1 ? 'left' : '' },
            element('button', { class: 'sort', type: 'button' }, name),
          ),
        ),
      ),
    ),
    element('tbody', {}, ...rows),
  )
  makeSortable(table)
  return element('div', { class: 'scroll tall', tabindex: '0', role: 'region', 'aria-label': 'Requests' }, table)
}
