import type { Client } from './clients/client.ts'
import type { ClientId } from './clients/index.ts'
import type { Figures, Sign } from './figures.ts'
import type { Column, Measurement } from './measurements/measurement.ts'
import type { Judgement, Target } from './target.ts'

type Named = Client & { readonly id: ClientId }

/** A table a measurement, a row a shape and client; then what ours is held to. */
export function comparisonText(measurement: Measurement, figures: Figures, clients: readonly Named[]): string[] {
  const rows = figures.shapes().flatMap((shape) =>
    clients.flatMap((client) => {
      const cells = measurement.columns.map((column) => cell(column, figures, client.id, shape))
      return cells.every((each) => each === '') ? [] : [[shape, client.label, ...cells]]
    }),
  )
  const header = ['', '', ...measurement.columns.map(({ title }) => title)]
  return [
    measurement.title,
    ...layOut([header, ...rows]),
    '',
    ...measurement.targets.flatMap((each) => targetText(each, figures)),
  ]
}

function cell({ name, format, ratio }: Column, figures: Figures, client: ClientId, shape: string): string {
  const figure = figures.get(client, shape, name)
  if (figure === null) return ''
  const text = `${figure.sign === '' ? '' : `${figure.sign} `}${format(figure.value)}`
  const floor = figures.get('c', shape, name)
  if (ratio !== true || client === 'c' || floor === null || floor.value === 0) return text
  const sign = ratioSign(figure.sign, floor.sign)
  return `${text} (${sign}${factor(figure.value / floor.value)} x C)`
}

/** What is known of a ratio of two figures, each of which may be a bound. */
function ratioSign(above: Sign, below: Sign): string {
  if (above === '' && below === '') return ''
  if (above !== '' && below !== '') return above === below ? '~ ' : `${above} `
  if (above !== '') return `${above} `
  return below === '>=' ? '<= ' : '> '
}

function targetText(target: Target, figures: Figures): string[] {
  const { text } = target
  const judgements = target.judge(figures)
  const measured = judgements.filter(({ status }) => status !== 'not measured')
  return (measured.length > 0 ? measured : judgements.slice(0, 1)).map(
    (judgement) => `  ${verdict(judgement)}  ${text} [${judgement.shape}]${distance(judgement)}`,
  )
}

const verdicts: Readonly<Record<Judgement['status'], string>> = {
  met: 'met   ',
  missed: 'MISSED',
  'not measured': '-     ',
}

function verdict({ status }: Judgement): string {
  return verdicts[status]
}

function distance({ status, value, bound, boundAtLeast, format }: Judgement): string {
  if (value === null || bound === null) return ': not measured'
  const by = status === 'missed' ? `, off by ${factor(value > bound ? value / bound : bound / value)} x` : ''
  const sure = status === 'met' && boundAtLeast ? ' (the stub was the limit of the bound)' : ''
  return `: ${format(value)} for ${boundAtLeast ? 'at least ' : ''}${format(bound)}${by}${sure}`
}

function factor(value: number): string {
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

function layOut(rows: readonly (readonly string[])[]): string[] {
  const columns = rows[0]?.length ?? 0
  const widths = Array.from({ length: columns }, (_, at) => Math.max(...rows.map((row) => row[at]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((text, at) => (at < 2 ? text.padEnd(widths[at] ?? 0) : text.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd(),
  )
}
