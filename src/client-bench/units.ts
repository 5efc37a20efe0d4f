/** Seconds as microseconds or milliseconds, whichever reads better. */
export function time(seconds: number): string {
  const size = Math.abs(seconds)
  if (size < 1e-3) return `${(seconds * 1e6).toFixed(size < 1e-5 ? 1 : 0)} us`
  if (size < 1) return `${(seconds * 1e3).toFixed(size < 1e-2 ? 2 : 1)} ms`
  return `${seconds.toFixed(2)} s`
}

export function share(value: number): string {
  return `${(value * 100).toFixed(2)} %`
}

export function rate(perSecond: number): string {
  return `${Math.round(perSecond).toLocaleString('en-US')}/s`
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`
}

export function bytes(value: number): string {
  return `${value.toFixed(1)} B`
}

export function cores(value: number): string {
  return value.toFixed(2)
}
