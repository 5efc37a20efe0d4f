/** Colours of a plot apart from its curves. `surface` null leaves the background open. */
export interface PlotTheme {
  readonly surface: string | null
  /** Fill of hollow markers. */
  readonly hollow: string
  readonly ink: string
  readonly muted: string
  readonly grid: string
  readonly bad: string
}

export const lightTheme: PlotTheme = {
  surface: '#ffffff',
  hollow: '#ffffff',
  ink: '#1f2328',
  muted: '#59636e',
  grid: '#e7eaee',
  bad: '#cf222e',
}

/** For an SVG inside a page: the page's CSS variables, so that it follows dark and light. */
export const pageTheme: PlotTheme = {
  surface: null,
  hollow: 'var(--surface)',
  ink: 'var(--ink)',
  muted: 'var(--muted)',
  grid: 'var(--grid)',
  bad: 'var(--invalid)',
}
