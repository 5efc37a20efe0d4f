import { getCACertificates } from 'node:tls'
import { expect, test } from 'vitest'
import { trustedAuthorities } from './trust.ts'

test('merges the stores without repeats', () => {
  const stores = { default: ['a\n', 'b'], system: ['b', 'c\n'], extra: ['d', 'a'] }
  expect(trustedAuthorities((store) => stores[store])).toEqual(['a', 'b', 'c', 'd'])
})

test("holds all of Node's own and the system's", () => {
  const trusted = new Set(trustedAuthorities())
  const missing = [...getCACertificates('bundled'), ...getCACertificates('system')].filter(
    (pem) => !trusted.has(pem.trim()),
  )
  expect(missing).toEqual([])
  expect(trusted.size).toBeGreaterThan(50)
})
