import type { PageFigure, PageValue } from './data.ts'

/** Shown where there is no value. */
export const noValue = '-'

/** In the figure's unit, without it: `1,234.5`; `> 1,234.5` where it lies beyond. */
export function valueText(figure: PageFigure, value: PageValue): string {
  if (value === null) return noValue
  return 'above' in value ? `> ${numberText(figure, value.above)}` : numberText(figure, value[0])
}

/** `19.2 to 21.0`; an open side is said as such. Empty: no interval. */
export function intervalText(figure: PageFigure, value: PageValue): string {
  if (value === null || 'above' in value) return ''
  const [, low, high] = value
  if (low === null && high === null) return ''
  if (low === null) return `up to ${numberText(figure, high ?? 0)}`
  if (high === null) return `from ${numberText(figure, low)}, open above`
  return `${numberText(figure, low)} to ${numberText(figure, high)}`
}

export function numberText({ scale, digits }: PageFigure, measured: number): string {
  return fixed(measured * scale, digits)
}

export function fixed(value: number, digits: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
