/** A request as a user of the library has it. */
export interface LibraryRequest {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Readonly<Record<string, unknown>>
  /** To be called for each token, with what `performance.now()` said when its bytes were handed over. */
  readonly onToken: (time: number) => void
}

export interface Library {
  /** Resolves when the reply is complete. */
  send(request: LibraryRequest): Promise<void>
  close(): Promise<void>
}

/** What the module of a library exports. `streams`: most requests in flight; null: nobody knows. */
export interface LibraryModule {
  readonly open: (url: string, streams: number | null) => Library
}
