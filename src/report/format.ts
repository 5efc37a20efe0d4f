/** Shown where a value does not exist. */
export const undefinedMark = '-'

/** Three significant digits, thousands apart by commas: 0.0123, 1.20, 45.6, 789, 1,230. */
export function formatNumber(value: number | null): string {
  if (value === null || Number.isNaN(value)) return undefinedMark
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞'
  if (value === 0) return '0'
  const rounded = Number(value.toPrecision(3))
  const size = Math.floor(Math.log10(Math.abs(rounded)))
  if (size < -5) return value.toExponential(2)
  return rounded.toLocaleString('en-US', {
    minimumFractionDigits: Math.max(0, 2 - size),
    maximumFractionDigits: Math.max(0, 2 - size),
  })
}

/** Exact, thousands apart by commas. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

const units = [
  { unit: 's', size: 1 },
  { unit: 'ms', size: 1e-3 },
  { unit: 'µs', size: 1e-6 },
] as const

/** A measured time in the unit that suits it: `850 µs`, `19.9 ms`, `1.24 s`. */
export function formatSeconds(seconds: number | null): string {
  if (seconds === null) return undefinedMark
  const rounded = Math.abs(Number(seconds.toPrecision(3)))
  const { unit, size } = units.find((each) => rounded >= each.size) ?? (rounded === 0 ? units[1] : units[2])
  return `${formatNumber(seconds / size)} ${unit}`
}

/** How long something took: `0.4 s`, `45 s`, `1 min 20 s`, `2 h 5 min`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds)
  if (seconds < 9.95) return `${Math.max(0, seconds).toFixed(1)} s`
  if (whole < 60) return `${whole} s`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return joined([minutes, 'min'], [whole % 60, 's'])
  const rounded = Math.round(whole / 60)
  return joined([Math.floor(rounded / 60), 'h'], [rounded % 60, 'min'])
}

/** An estimate: `about 20 s`, `about 1 min`, `about 3 h`. */
export function formatAbout(seconds: number): string {
  return `about ${coarse(seconds < 45 ? Math.max(5, Math.ceil(seconds / 5) * 5) : seconds)}`
}

/** `30 s ago`, `5 min ago`, `2 h ago`, `3 days ago` */
export function formatAge(seconds: number): string {
  return `${coarse(Math.max(0, seconds))} ago`
}

function coarse(seconds: number): string {
  if (seconds < 45) return `${Math.round(seconds)} s`
  if (seconds < 55 * 60) return `${Math.max(1, Math.round(seconds / 60))} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86400)} days`
}

const joined = (...parts: [number, string][]) =>
  parts.flatMap(([value, unit]) => (value === 0 ? [] : [`${value} ${unit}`])).join(' ')

/** `2026-11-22 00:42:07` of this machine's time zone */
export function formatTime(time: Date): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  const day = [time.getFullYear(), pad(time.getMonth() + 1), pad(time.getDate())].join('-')
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(pad).join(':')}`
}

/** `1 point`, `4 points` */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** One line of at most `length` characters. */
export function shorten(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length <= length ? line : `${line.slice(0, length - 1).trimEnd()}…`
}
