import { drawChart } from './chart.ts'
import type { PageData } from './data.ts'
import { byId, element } from './elements.ts'
import { figureTable, pointTitle, reasonList, seriesKey, verdictLine } from './story.ts'

/** Pixels within which a pointer means a point. */
const near = 30

/** Draws every chart of the page, and again when the reader chooses other work, percentile or series, or turns the phone. */
export function setUpCharts(data: PageData, open: (point: number) => void): void {
  const figures = [...document.querySelectorAll<HTMLElement>('figure[data-chart]')]
  if (figures.length === 0) return
  const form = byId('curve-choice') as HTMLFormElement
  form.hidden = form.elements.length === 0
  const hidden = new Set<number>()
  const chosen = (name: string) => (form.elements.namedItem(name) as HTMLSelectElement | null)?.value ?? null
  const work = () => Number(chosen('work') ?? 0)
  const draw = () => {
    const percentile = chosen('percentile') ?? 'p50'
    const points = data.points.flatMap((point, i) => (point.work === work() && !hidden.has(point.series) ? [i] : []))
    hideHint()
    for (const figure of figures) {
      const chart = data.charts.find(({ id }) => id === figure.dataset['chart'])
      const y = chart?.y.find((key) => key.endsWith(percentile)) ?? chart?.y[0]
      if (chart === undefined || y === undefined) continue
      const width = Math.max(260, Math.round(figure.clientWidth) || 560)
      const height = Math.round(Math.min(380, Math.max(250, width * 0.62)))
      figure.querySelector('svg.chart, p.empty')?.remove()
      const svg = drawChart({ data, chart, y, points, width, height })
      figure.append(svg ?? element('p', { class: 'empty muted' }, 'Nothing of what is chosen has these values.'))
      if (svg !== null) listen(svg, data, open)
    }
  }
  const choose = () => {
    drawLegend(data, work(), hidden, draw)
    draw()
  }
  form.addEventListener('input', choose)
  form.addEventListener('submit', (event) => event.preventDefault())
  choose()
  let last = figures[0]?.clientWidth ?? 0
  addEventListener('scroll', () => followHint(data), { passive: true })
  new ResizeObserver(() => {
    const now = figures[0]?.clientWidth ?? 0
    if (Math.abs(now - last) < 8) return
    last = now
    draw()
  }).observe(byId('legend'))
}

/** A button for each series that shows and hides it. */
function drawLegend(data: PageData, work: number, hidden: Set<number>, draw: () => void): void {
  const present = new Set(data.points.flatMap((point) => (point.work === work ? [point.series] : [])))
  const buttons = data.series.flatMap(({ name }, i) => {
    if (!present.has(i)) return []
    const button = element(
      'button',
      { type: 'button', 'aria-pressed': String(!hidden.has(i)) },
      seriesKey(data, i),
      ` ${name}`,
    )
    button.addEventListener('click', () => {
      if (!hidden.delete(i)) hidden.add(i)
      button.setAttribute('aria-pressed', String(!hidden.has(i)))
      draw()
    })
    return [button]
  })
  byId('legend').replaceChildren(...buttons)
}

function listen(svg: SVGElement, data: PageData, open: (point: number) => void): void {
  const marks = [...svg.querySelectorAll<SVGElement>('g.point')]
  const indexOf = (mark: Element) => Number(mark.getAttribute('data-point'))
  const nearest = (event: MouseEvent) => {
    let best: { readonly mark: SVGElement; readonly distance: number } | null = null
    for (const mark of marks) {
      const { x, y } = centreOf(mark)
      const distance = Math.hypot(event.clientX - x, event.clientY - y)
      if (distance <= near && (best === null || distance < best.distance)) best = { mark, distance }
    }
    return best?.mark ?? null
  }
  svg.addEventListener('pointermove', (event) => {
    const mark = event.pointerType === 'touch' ? null : nearest(event)
    svg.classList.toggle('at-point', mark !== null)
    if (mark === null) hideHint()
    else showHint(data, indexOf(mark), mark)
  })
  svg.addEventListener('pointerleave', hideHint)
  svg.addEventListener('click', (event) => {
    const mark = nearest(event)
    if (mark !== null) open(indexOf(mark))
  })
  svg.addEventListener('focusin', (event) => {
    const mark = event.target as SVGElement
    if (mark.matches(':focus-visible')) showHint(data, indexOf(mark), mark)
  })
  svg.addEventListener('focusout', hideHint)
  svg.addEventListener('keydown', (event) => {
    const mark = (event.target as Element).closest<SVGElement>('g.point')
    if (mark === null) return
    if (event.key === 'Escape') return hideHint()
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault()
      return open(indexOf(mark))
    }
    const next = neighbour(event.key, mark, marks, data)
    if (next === null) return
    event.preventDefault()
    for (const each of marks) each.setAttribute('tabindex', each === next ? '0' : '-1')
    next.focus()
  })
}

/** Left and right along the series, up and down to the next point above or below of another; Home and End to the ends. */
function neighbour(key: string, from: SVGElement, marks: readonly SVGElement[], data: PageData): SVGElement | null {
  const seriesOf = (mark: SVGElement) => data.points[Number(mark.getAttribute('data-point'))]?.series
  const own = marks.filter((mark) => seriesOf(mark) === seriesOf(from))
  const place = own.indexOf(from)
  switch (key) {
    case 'ArrowRight':
      return own[place + 1] ?? null
    case 'ArrowLeft':
      return own[place - 1] ?? null
    case 'Home':
      return own[0] ?? null
    case 'End':
      return own.at(-1) ?? null
    case 'ArrowUp':
    case 'ArrowDown': {
      const here = centreOf(from)
      const sign = key === 'ArrowUp' ? -1 : 1
      const others = marks.flatMap((mark) => {
        const at = centreOf(mark)
        const along = sign * (at.y - here.y)
        return seriesOf(mark) === seriesOf(from) || along < 0
          ? []
          : [{ mark, distance: along + 2 * Math.abs(at.x - here.x) }]
      })
      return others.sort((a, b) => a.distance - b.distance)[0]?.mark ?? null
    }
    default:
      return null
  }
}

function centreOf(mark: SVGElement): { readonly x: number; readonly y: number } {
  const { left, top, width, height } = (mark.querySelector('.halo') ?? mark).getBoundingClientRect()
  return { x: left + width / 2, y: top + height / 2 }
}

/** What is shown beside a point; the whole story opens by click. */
const hinted = new Set([
  'request_throughput',
  'output_token_throughput',
  'goodput',
  'ttft.p50',
  'ttft.p99',
  'itl.p50',
  'itl.p99',
  'e2e_latency.mean',
  'output_length.mean',
])

function showHint(data: PageData, index: number, mark: SVGElement): void {
  const point = data.points[index]
  const hint = byId('hint')
  if (point === undefined) return
  if (hint.dataset['point'] !== String(index)) {
    hint.dataset['point'] = String(index)
    hint.replaceChildren(
      element(
        'p',
        {},
        seriesKey(data, point.series),
        element('b', {}, ` ${pointTitle(data, point)} `),
        verdictLine(point),
      ),
      figureTable(data, point, hinted),
      ...[reasonList(point)].filter((list) => list !== null),
    )
    for (const each of document.querySelectorAll('g.point.lit')) each.classList.remove('lit')
    for (const each of document.querySelectorAll(`g.point[data-point="${index}"]`)) each.classList.add('lit')
  }
  if (byId('story').matches('[open]')) return
  hint.hidden = false
  const at = centreOf(mark)
  const { width, height } = hint.getBoundingClientRect()
  const right = at.x + 18
  const left = right + width > innerWidth - 8 ? at.x - 18 - width : right
  hint.style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`
  hint.style.top = `${Math.max(8, Math.min(at.y - height / 2, innerHeight - height - 8))}px`
}

/** The story of a focused point goes with it; that of a pointer's ends when the page moves under it. */
function followHint(data: PageData): void {
  if (byId('hint').hidden) return
  const focused = document.activeElement?.closest<SVGElement>('g.point:focus-visible') ?? null
  const y = focused === null ? -1 : centreOf(focused).y
  if (focused === null || y < 0 || y > innerHeight) hideHint()
  else showHint(data, Number(focused.getAttribute('data-point')), focused)
}

function hideHint(): void {
  const hint = byId('hint')
  hint.hidden = true
  delete hint.dataset['point']
  for (const each of document.querySelectorAll('g.point.lit')) each.classList.remove('lit')
}
