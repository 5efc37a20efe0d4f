/** How a point ended. Files are relative to the output directory; figures are read from them. */
export type PointEnd =
  | { readonly kind: 'measured'; readonly file: string }
  | { readonly kind: 'kept'; readonly file: string; readonly ageSeconds: number }
  /** Cut short; what there is lies in the run's directory and counts as no result. */
  | { readonly kind: 'interrupted'; readonly file: string }
  /** No result: the failure says why. */
  | { readonly kind: 'broken' }

export interface PointOutcome {
  readonly ended: PointEnd
  /** Why the point fails; null: it passed. */
  readonly failure: string | null
  /** The failure is, or is also, that it fell behind the baseline. */
  readonly behind?: boolean
}
