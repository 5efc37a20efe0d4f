/** The vocabulary of tags a bench file may use; `backend/<name>` is added to each configuration by itself. */
export const tagDefinitions = [
  { name: 'smoke', description: 'finishes in seconds: is everything wired?' },
  { name: 'full', description: 'the whole sweep of a configuration' },
  { name: 'cpu', description: 'needs no accelerator' },
  { name: 'gpu', description: 'needs one or more GPUs' },
] as const

export type Tag = (typeof tagDefinitions)[number]['name']
export const tagNames = tagDefinitions.map((tag) => tag.name)
