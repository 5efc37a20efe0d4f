import { randomBytes } from 'node:crypto'

/** A run's name: local time to the second and four random digits, so that two hosts can share a results folder. */
export function newRunId(now: Date, random: string = randomBytes(2).toString('hex')): string {
  const pad = (value: number) => String(value).padStart(2, '0')
  const day = [now.getFullYear(), pad(now.getMonth() + 1), pad(now.getDate())].join('-')
  const time = [pad(now.getHours()), pad(now.getMinutes()), pad(now.getSeconds())].join('-')
  return `${day}T${time}-${random}`
}

/** What begins every prompt's salt in a run. */
export const newNonce = () => randomBytes(8).toString('hex')
