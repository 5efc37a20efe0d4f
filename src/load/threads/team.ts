/** What one load thread tells the others. `aborted` comes from outside. */
export type News = 'stopped' | 'draining' | 'aborted'

/** The load threads of a point, as one of them sees them. */
export interface Team {
  readonly size: number
  readonly place: number
  /** Resolves once all threads that still run have come here, to the numbers that each of them brought. */
  together(numbers: readonly number[]): Promise<readonly (readonly number[])[]>
  /** Resolves once all of them have come here, to when they begin, on the run's clock. */
  begin(): Promise<number>
  /** Tells the other threads. */
  tell(news: News): void
  /** Takes what the others tell. */
  onNews: (news: News) => void
}

/** A thread that is alone. `begin`: called when it begins. */
export function alone(begin: () => number): Team {
  return {
    size: 1,
    place: 0,
    together: async (numbers) => [numbers],
    begin: async () => begin(),
    tell: () => undefined,
    onNews: () => undefined,
  }
}
