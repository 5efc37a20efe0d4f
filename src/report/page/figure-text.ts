import type { PageFigure, PageValue } from './data.ts'

/** Shown where there is no value. */
export const noValue = '-'

/** In the figure's unit, without it: `1,234.5`; `> 1,234.5` where it lies beyond. */
export function valueText(figure: PageFigure, value: PageValue): string {
  if (value === null) return noValue
  return 'above' in value ? `> ${numberText(figure, value.above)}` : numberText(figure, value[0])
}

/** `19.2 to 21.0`, `19.2 to open`. Empty: no interval. */
export function intervalText(figure: PageFigure, value: PageValue): string {
  if (value === null || 'above' in value) return ''
  const [, low, high] = value
  if (low === null && high === null) return ''
  const side = (bound: number | null) => (bound === null ? 'open' : numberText(figure, bound))
  return `${side(low)} to ${side(high)}`
}

export function numberText({ scale, digits }: PageFigure, measured: number): string {
  return fixed(measured * scale, digits)
}

export function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
