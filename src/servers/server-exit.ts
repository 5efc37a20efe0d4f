/** How the server's process ended. Code 0 that nobody asked for is a crash too. */
export interface ServerExit {
  readonly kind: 'stopped' | 'crashed'
  /** Null when a signal ended it. */
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** From the start of the process to its end. */
  readonly aliveSeconds: number
}

/** e.g. `exited with code 3`, to follow the server's name. */
export function describeExit({ kind, code, signal }: Pick<ServerExit, 'kind' | 'code' | 'signal'>): string {
  if (kind === 'stopped') return signal === null ? `stopped with code ${code}` : `was stopped by ${signal}`
  if (signal === 'SIGKILL') return 'was killed by SIGKILL (by the system for lack of memory, or by somebody)'
  if (signal !== null) return `was ended by ${signal}`
  return code === 0 ? 'exited with code 0, which nobody asked for' : `exited with code ${code}`
}
