/** Colours of a plot apart from its curves. */
export interface PlotTheme {
  readonly surface: string
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
