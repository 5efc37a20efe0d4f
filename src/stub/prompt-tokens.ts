/** How the stub counts a prompt's tokens, by name, so that the choice crosses a process border. */
export const promptCounters = {
  /** Runs of anything but white space. */
  words: (text: string) => text.match(/\S+/g)?.length ?? 0,
  /** Pieces between single spaces, empty ones included. */
  spaces: (text: string) => text.split(' ').length,
  /** A token for every four characters begun: near an English BPE's count. */
  characters: (text: string) => Math.ceil(text.length / 4),
} as const satisfies Record<string, (text: string) => number>

export type PromptCounter = keyof typeof promptCounters
export const promptCounterNames = Object.keys(promptCounters) as [PromptCounter, ...PromptCounter[]]
