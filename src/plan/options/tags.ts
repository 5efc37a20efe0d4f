import { z } from 'zod'
import { option } from './option.ts'
import { tagNames, type Tag } from '../tags.ts'

/** What kind of run it is. */
export const tagOptions = {
  tags: option(z.array(z.enum(tagNames as [Tag, ...Tag[]])).default([]), 'What kind of run it is', {
    group: 'run',
    fileOnly: true,
  }),
} as const
