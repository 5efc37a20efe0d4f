/** How the curve of one directory looks, from its `plot_config.yaml`. Null: the file does not say. */
export interface PlotConfig {
  readonly label: string | null
  readonly color: string | null
  readonly marker: string | null
  readonly linestyle: string | null
  /** 0: no fit, the points are joined. */
  readonly polyfitDegree: number | null
  readonly xMax: number | null
  readonly yMax: number | null
}

export const noConfig: PlotConfig = {
  label: null,
  color: null,
  marker: null,
  linestyle: null,
  polyfitDegree: null,
  xMax: null,
  yMax: null,
}
